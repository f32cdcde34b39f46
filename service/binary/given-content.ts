import type { ServiceContext } from '../context.ts'
import type { JsonValue } from '../resource/content.ts'
import { withoutAddressMembers } from './binary-object.ts'

/** What a client has sent to be validated: where it was given members that R4 does not know, it may send them back. */
export const givenContent = ({ binaries }: ServiceContext, type: string, content: JsonValue): JsonValue =>
  type === 'Binary' && binaries.urls === 'members' ? withoutAddressMembers(content) : content
