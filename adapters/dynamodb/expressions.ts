/** Conditions and updates in DynamoDB's expression language. Every name is a placeholder: many are reserved words. */
import { type Attributes, attributeOf } from './attribute-values.ts'
import type { Alternative, Condition, Update, Value } from './table.ts'

/** Collects the placeholders of one request. */
class Placeholders {
  readonly names: Record<string, string> = {}
  readonly values: Attributes = {}
  #count = 0

  name(attribute: string): string {
    const placeholder = `#${attribute}`
    this.names[placeholder] = attribute
    return placeholder
  }

  value(value: Value): string {
    const placeholder = `:v${this.#count++}`
    this.values[placeholder] = attributeOf(value)
    return placeholder
  }

  /** The SDK refuses empty maps of placeholders. */
  parts() {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    }
  }
}

export const conditionParts = (condition: Condition | undefined) => (condition ? checkParts(condition) : {})

export function checkParts(condition: Condition) {
  const placeholders = new Placeholders()
  return { ConditionExpression: conditionText(condition, placeholders), ...placeholders.parts() }
}

export function updateParts({ set, remove, subtract = {}, condition }: Update) {
  const placeholders = new Placeholders()
  const assignments = Object.entries(set).map(
    ([name, value]) => `${placeholders.name(name)} = ${placeholders.value(value)}`,
  )
  const subtractions = Object.entries(subtract).map(
    ([name, value]) => `${placeholders.name(name)} ${placeholders.value(value)}`,
  )
  const clauses = [
    assignments.length > 0 ? `SET ${assignments.join(', ')}` : '',
    remove.length > 0 ? `REMOVE ${remove.map(name => placeholders.name(name)).join(', ')}` : '',
    subtractions.length > 0 ? `DELETE ${subtractions.join(', ')}` : '',
  ]
  return {
    UpdateExpression: clauses.filter(clause => clause !== '').join(' '),
    ConditionExpression: conditionText(condition, placeholders),
    ...placeholders.parts(),
  }
}

export interface KeyRange {
  readonly partitionName: string
  readonly sortName: string
  readonly partition: string
  readonly from: string | undefined
  readonly to: string | undefined
}

export function rangeParts({ partitionName, sortName, partition, from, to }: KeyRange) {
  const placeholders = new Placeholders()
  const same = `${placeholders.name(partitionName)} = ${placeholders.value(partition)}`
  const sort = from === undefined && to === undefined ? '' : placeholders.name(sortName)
  let range = ''
  if (from !== undefined && to !== undefined) {
    range = ` AND ${sort} BETWEEN ${placeholders.value(from)} AND ${placeholders.value(to)}`
  } else if (from !== undefined) range = ` AND ${sort} >= ${placeholders.value(from)}`
  else if (to !== undefined) range = ` AND ${sort} <= ${placeholders.value(to)}`
  return { KeyConditionExpression: `${same}${range}`, ...placeholders.parts() }
}

const conditionText = (condition: Condition, placeholders: Placeholders): string =>
  condition.map(alternative => alternativeText(alternative, placeholders)).join(' OR ')

function alternativeText(alternative: Alternative, placeholders: Placeholders): string {
  const partition = placeholders.name('partition')
  if (alternative === 'absent') return `attribute_not_exists(${partition})`
  const tests = Object.entries(alternative).map(([name, value]) =>
    value === undefined
      ? `attribute_not_exists(${placeholders.name(name)})`
      : `${placeholders.name(name)} = ${placeholders.value(value)}`,
  )
  return `(${[`attribute_exists(${partition})`, ...tests].join(' AND ')})`
}
