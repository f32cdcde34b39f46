/** Goes from page to page by next links, as clients do. */
import { assertAnswered, type Send } from './one-at-a-time.ts'

interface Page {
  readonly link?: readonly { readonly relation: string; readonly url: string }[]
}

/** @returns the paths of the pages in order, the first one included: as many as there are, up to `pagesMax` */
export async function walkPages(send: Send, firstPath: string, pagesMax: number): Promise<readonly string[]> {
  const paths = [firstPath]
  for (let path = firstPath; paths.length < pagesMax; ) {
    const request = { method: 'GET', path }
    const answer = await send(request)
    assertAnswered(answer, request)
    const next = (JSON.parse(answer.body) as Page).link?.find(link => link.relation === 'next')?.url
    if (next === undefined) break
    const { pathname, search } = new URL(next)
    path = `${pathname}${search}`
    paths.push(path)
  }
  return paths
}
