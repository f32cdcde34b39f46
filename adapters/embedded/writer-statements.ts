import type { DatabaseSync, StatementSync } from 'node:sqlite'

const SQL = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  addTrigrams: `INSERT INTO text_trigram (rowid, normalized)
    SELECT id, normalized FROM text WHERE id > (SELECT text FROM trigram_progress) ORDER BY id LIMIT 0 + ?`,
  moveTrigrams: `UPDATE trigram_progress SET text = coalesce(
    (SELECT max(id) FROM (SELECT id FROM text WHERE id > trigram_progress.text ORDER BY id LIMIT 0 + ?)), text)`,
  checkpoint: 'PRAGMA wal_checkpoint(PASSIVE)',
  counters:
    'SELECT (SELECT coalesce(max(key), 0) FROM resource) AS key, (SELECT coalesce(max(seq), 0) FROM version) AS seq',
  findResource: 'SELECT key, version, deleted FROM resource WHERE kind = ? AND id = ?',
  findPlace: 'SELECT version, seq, last_updated FROM resource WHERE key = ?',
  insertResource: 'INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?, ?)',
  updateResource: 'UPDATE resource SET version = ?, seq = ?, last_updated = ?, deleted = ? WHERE key = ?',
  insertVersion: 'INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  addCounts: 'UPDATE kind SET live = live + ?, versions = versions + ? WHERE id = ?',
  purge: 'DELETE FROM version WHERE key = ? AND version < ?',
  uncount: 'UPDATE kind SET versions = versions - ? WHERE id = ?',
  findClaim: 'SELECT type, id FROM claim WHERE tenant = ? AND claim = ?',
  putClaim: 'INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?)',
  expireClaim: 'INSERT OR REPLACE INTO claim_expiry VALUES (?, ?, ?)',
  keepClaim: 'DELETE FROM claim_expiry WHERE tenant = ? AND claim = ?',
  dropClaims: `DELETE FROM claim WHERE (tenant, claim) IN
    (SELECT tenant, claim FROM claim_expiry WHERE expires < ? ORDER BY expires LIMIT 100)`,
  dropExpiries: `DELETE FROM claim_expiry WHERE (tenant, claim) IN
    (SELECT tenant, claim FROM claim_expiry WHERE expires < ? ORDER BY expires LIMIT 100)`,
  insertJob: 'INSERT OR IGNORE INTO job VALUES (?, ?, ?, ?, ?, ?, ?)',
  replaceJob:
    'UPDATE job SET revision = ?, state = ?, due = ?, expires = ?, text = ? WHERE tenant = ? AND id = ? AND revision = ?',
  ownParameters: 'SELECT revision FROM own_parameters WHERE tenant = ?',
  changeOwnParameters: `INSERT INTO own_parameters VALUES (?, 1)
    ON CONFLICT (tenant) DO UPDATE SET revision = revision + 1`,
  dropJobs: 'DELETE FROM job WHERE expires < ?',
  acknowledge:
    'INSERT INTO consumer VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = max(position, excluded.position)',
} as const

export type WriterStatements = { readonly [Name in keyof typeof SQL]: StatementSync }

export function writerStatements(database: DatabaseSync): WriterStatements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)])
  return Object.fromEntries(prepared) as WriterStatements
}
