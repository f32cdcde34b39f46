/** Tables beside the resources: made where they are not there yet, so that data of before goes on with them. */
export const JOB_SCHEMA = `
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
`
