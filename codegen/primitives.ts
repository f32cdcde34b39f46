import type { ElementTable } from '#schema/tables.ts'

export const isPrimitive = (type: string): boolean => /^[a-z]/.test(type)

/** XML attributes, resource ids and XHTML hold nothing but their value (R4 json.html#primitive). */
export const hasExtensions = (element: ElementTable, type: string): boolean =>
  isPrimitive(type) && type !== 'xhtml' && element.attribute !== true && element.name !== 'id'
