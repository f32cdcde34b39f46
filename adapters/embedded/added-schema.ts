/**
 * Tables beside the resources: made where they are not there yet, so that data of before goes on with them. Parts of
 * `full_text` are merged eight at a time, and for the sake of what is deleted once that is half of them: each update
 * deletes, and a tenth, as is the default, would have the same parts written over and over.
 */
export const ADDED_SCHEMA = `
CREATE TABLE IF NOT EXISTS claim_expiry (
  tenant TEXT NOT NULL,
  claim TEXT NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (tenant, claim)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claim_expiry_time ON claim_expiry (expires);

CREATE TABLE IF NOT EXISTS job (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  state TEXT NOT NULL,
  due INTEGER,
  expires INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS job_due ON job (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS job_expires ON job (expires);

CREATE TABLE IF NOT EXISTS fresh_words (
  key INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  narrative TEXT NOT NULL,
  content TEXT NOT NULL
);
INSERT INTO full_text (full_text, rank) VALUES ('automerge', 8);
INSERT INTO full_text (full_text, rank) VALUES ('deletemerge', 50);

CREATE TABLE IF NOT EXISTS text_length (
  key INTEGER PRIMARY KEY,
  narrative INTEGER NOT NULL,
  content INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS contained (
  container INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (container, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS own_parameters (
  tenant TEXT PRIMARY KEY,
  revision INTEGER NOT NULL
) WITHOUT ROWID;
`
