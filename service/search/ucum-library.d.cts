export interface BaseUnits {
  readonly status: string
  readonly magnitude?: number
  /** Exponents by base unit: `{ g: 1, m: -3 }`. */
  readonly unitToExp?: Readonly<Record<string, number>>
}

export interface UcumLibrary {
  convertToBaseUnits(unit: string, value: number): BaseUnits
}

export declare function loadUcum(): UcumLibrary
