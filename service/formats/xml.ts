/** XML as a format of requests and answers. Loaded when somebody first asks for it. */
import type { Definitions } from '../definitions.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { decodeUtf8, parseJson } from '../resource/json.ts'
import { readXml } from './read-xml.ts'
import { writeXml, type XmlOptions } from './write-xml.ts'

export interface XmlFormat {
  /**
   * The resource as JSON would have it, not validated.
   * @throws Fault invalid or unprocessable, with lines.
   */
  read(text: string): JsonValue
  /** XML in UTF-8 of a resource in JSON, both in pieces. */
  write(json: Uint8Array | readonly Uint8Array[], options?: XmlOptions): Uint8Array[]
}

export const xmlFormat = (definitions: Definitions): XmlFormat => ({
  read: text => readXml(definitions, text),
  write(json, options) {
    const text = decodeUtf8(json instanceof Uint8Array ? json : Buffer.concat(json))
    return writeXml(definitions, parseJson(text) as JsonObject, options)
  },
})
