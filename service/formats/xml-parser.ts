import { SaxesParser } from 'saxes'
import { quote } from '../resource/quote.ts'

export type XmlParser = SaxesParser<{ xmlns: true }>

/** Takes XML in UTF-8 without a document type. @param refuse makes what is thrown where something else comes. */
export function createXmlParser(refuse: (problem: string) => Error): XmlParser {
  const parser: XmlParser = new SaxesParser({ xmlns: true })
  parser.on('error', ({ message }) => {
    throw refuse(message.replace(/^\d+:\d+: /, '').slice(0, 100))
  })
  // Nothing of R4 needs a DTD, and with none there are no entities to resolve or to multiply.
  parser.on('doctype', () => {
    throw refuse('a document type (DTD) is not taken')
  })
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (/^(utf-?8|us-ascii)$/i.test(encoding)) return
    throw refuse(`the encoding ${quote(encoding)} is not taken: send UTF-8`)
  })
  return parser
}
