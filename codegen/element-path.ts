/** The path of what holds the element: `Patient.contact` of `Patient.contact.name`; empty for a type itself. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))
