/** Mean radius, as the engines have it. */
const EARTH_RADIUS_M = 6_371_008.7714

const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Metres between two points in degrees, along a sphere (haversine). */
export function distanceMeters(
  from: { readonly latitude: number; readonly longitude: number },
  to: { readonly latitude: number; readonly longitude: number },
): number {
  const south = radians(from.latitude)
  const north = radians(to.latitude)
  const byLatitude = Math.sin((north - south) / 2)
  const byLongitude = Math.sin(radians(to.longitude - from.longitude) / 2)
  const half = byLatitude * byLatitude + Math.cos(south) * Math.cos(north) * byLongitude * byLongitude
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)))
}
