/** How far a load is, as a bar that is drawn over and over, or as a line every few seconds. */
import type { Failure } from './answer.ts'
import type { InputFile } from './inputs.ts'
import type { LoadListener } from './loader.ts'

export interface Terminal {
  write(text: string): void
  /** undefined: no terminal but a file or a pipe. */
  readonly columns: number | undefined
}

export interface ProgressOptions {
  readonly files: readonly InputFile[]
  readonly terminal: Terminal
  /** Monotonic, in ms. */
  readonly now: () => number
}

export interface Progress extends LoadListener {
  /** To be called a few times a second. */
  tick(): void
  /** Removes the bar and says what came of it all. */
  finish(interrupted: boolean): void
  readonly failed: boolean
}

const BAR_COLUMNS = 20
const LINE_EVERY_MS = 5_000
const ISSUES_SHOWN_MAX = 20
const FAILURES_LISTED_MAX = 200
const ERASE_LINE = '\r\u001b[2K'

export function createProgress({ files, terminal, now }: ProgressOptions): Progress {
  const start = now()
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  let doneFiles = 0
  let doneBytes = 0
  let resources = 0
  let failures = 0
  let listed = 0
  let lineAt = start

  const seconds = (): number => (now() - start) / 1000
  const counts = (): string =>
    [
      `${doneFiles} / ${files.length} files`,
      `${grouped(resources)} resources`,
      `${grouped(resources / Math.max(seconds(), 0.001))} resources/s`,
      `${grouped(failures)} failed`,
    ].join(', ')
  const drawBar = (): void => {
    if (terminal.columns === undefined) return
    const share = bytes === 0 ? 1 : doneBytes / bytes
    const filled = Math.round(share * BAR_COLUMNS)
    const percent = `${Math.floor(share * 100)}%`.padStart(4)
    const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR_COLUMNS - filled)}]${percent}  ${counts()}`
    terminal.write(ERASE_LINE + bar.slice(0, Math.max(terminal.columns - 1, 1)))
  }
  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return
    terminal.write(`${terminal.columns === undefined ? '' : ERASE_LINE}${lines.join('\n')}\n`)
    drawBar()
  }

  return {
    resources(count) {
      resources += count
    },
    failures(list) {
      const alike = Map.groupBy(list, ({ outcome, issues }) => [outcome, ...issues].join('\n'))
      for (const [first, ...more] of alike.values()) {
        if (first && listed < FAILURES_LISTED_MAX) print(failureLines(first, more.length))
        listed++
      }
      failures += list.length
    },
    fileDone(file) {
      doneFiles++
      doneBytes += file.bytes
    },
    tick() {
      if (terminal.columns !== undefined) drawBar()
      else if (now() - lineAt >= LINE_EVERY_MS) {
        lineAt = now()
        print([counts()])
      }
    },
    finish(interrupted) {
      if (terminal.columns !== undefined) terminal.write(ERASE_LINE)
      const [verb, rest] = interrupted
        ? ['Interrupted after', ' What was under way may have been stored.']
        : [failures > 0 ? 'Done with failures:' : 'Done:', '']
      const unlisted = listed - FAILURES_LISTED_MAX
      if (unlisted > 0) terminal.write(`${grouped(unlisted)} more kinds of failures are counted, but not listed.\n`)
      terminal.write(`${verb} ${counts()}, ${seconds().toFixed(1)} s.${rest}\n`)
    },
    get failed() {
      return failures > 0
    },
  }
}

/** A failure, and how many more of the same file failed in the same way. */
function failureLines({ source, outcome, issues }: Failure, alike: number): readonly string[] {
  const unlisted = issues.length - ISSUES_SHOWN_MAX
  return [
    `FAILED ${source}: ${outcome}`,
    ...issues.slice(0, ISSUES_SHOWN_MAX).map(issue => `  ${issue}`),
    ...(unlisted > 0 ? [`  and ${grouped(unlisted)} more issues`] : []),
    ...(alike > 0 ? [`  and so did ${grouped(alike)} more of its entries`] : []),
  ]
}

const grouped = (value: number): string => Math.round(value).toLocaleString('en-US')
