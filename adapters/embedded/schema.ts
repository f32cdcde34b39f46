/** Tables of gateway.sqlite. docs/implementation/storage.md explains them with an example. */

/** Kept in `user_version`. A file of a newer number is refused. */
export const SCHEMA_VERSION = 3

/**
 * Index tables hold the newest version of what is not deleted. Each is clustered by (parameter, value, key), so that
 * equal values lie together in key order, and has an index by key, to test one resource and to take its rows out again.
 * Keys grow, so inserts into the index by key only ever append.
 */
const TABLES = `
CREATE TABLE kind (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  live INTEGER NOT NULL,
  versions INTEGER NOT NULL,
  UNIQUE (tenant, type)
);
CREATE TABLE parameter (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  url TEXT NOT NULL,
  UNIQUE (kind, url)
);
CREATE TABLE system (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
);
INSERT INTO system VALUES (0, '');
CREATE TABLE unit (
  id INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  code TEXT NOT NULL,
  unit TEXT NOT NULL,
  UNIQUE (code, unit, system)
);
INSERT INTO unit VALUES (0, '', '', '');
CREATE INDEX unit_text ON unit (unit);

CREATE TABLE resource (
  key INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  deleted INTEGER NOT NULL
);
CREATE UNIQUE INDEX resource_id ON resource (kind, id);
CREATE INDEX resource_live ON resource (kind, key) WHERE deleted = 0;
CREATE INDEX resource_updated ON resource (kind, last_updated, key) WHERE deleted = 0;

CREATE TABLE version (
  seq INTEGER PRIMARY KEY,
  key INTEGER NOT NULL,
  version INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  last_updated INTEGER NOT NULL,
  method INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  compartments TEXT NOT NULL,
  labels TEXT NOT NULL,
  author TEXT NOT NULL,
  client TEXT,
  door TEXT NOT NULL,
  request_id TEXT NOT NULL,
  body BLOB
);
CREATE UNIQUE INDEX version_key ON version (key, version);
CREATE INDEX version_kind ON version (kind, last_updated, seq);

CREATE TABLE claim (
  tenant TEXT NOT NULL,
  claim TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (tenant, claim)
) WITHOUT ROWID;

CREATE TABLE consumer (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE token (
  parameter INTEGER NOT NULL,
  code TEXT NOT NULL,
  system INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (parameter, code, system, key)
) WITHOUT ROWID;
CREATE INDEX token_key ON token (key, parameter, code, system);

CREATE TABLE string (
  parameter INTEGER NOT NULL,
  normalized TEXT NOT NULL,
  key INTEGER NOT NULL,
  original TEXT NOT NULL,
  PRIMARY KEY (parameter, normalized, key, original)
) WITHOUT ROWID;
CREATE INDEX string_key ON string (key, parameter, normalized, original);

CREATE TABLE text (
  id INTEGER PRIMARY KEY,
  parameter INTEGER NOT NULL,
  normalized TEXT NOT NULL,
  UNIQUE (parameter, normalized)
);
CREATE VIRTUAL TABLE full_text USING fts5 (
  kind, narrative, content, content = '', contentless_delete = 1, tokenize = 'ascii', detail = column
);
CREATE VIRTUAL TABLE text_trigram USING fts5 (
  normalized, content = 'text', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);
CREATE TABLE trigram_progress (
  text INTEGER NOT NULL
);
INSERT INTO trigram_progress VALUES (0);

CREATE TABLE reference (
  parameter INTEGER NOT NULL,
  target TEXT NOT NULL,
  target_kind INTEGER NOT NULL,
  key INTEGER NOT NULL,
  target_version TEXT NOT NULL,
  PRIMARY KEY (parameter, target, target_kind, key, target_version)
) WITHOUT ROWID;
CREATE INDEX reference_key ON reference (key, parameter, target, target_kind, target_version);

CREATE TABLE date (
  parameter INTEGER NOT NULL,
  low INTEGER NOT NULL,
  key INTEGER NOT NULL,
  high INTEGER NOT NULL,
  PRIMARY KEY (parameter, low, key, high)
) WITHOUT ROWID;
CREATE INDEX date_high ON date (parameter, high, key, low);
CREATE INDEX date_key ON date (key, parameter, low, high);

CREATE TABLE amount (
  parameter INTEGER NOT NULL,
  low REAL NOT NULL,
  key INTEGER NOT NULL,
  high REAL NOT NULL,
  unit INTEGER NOT NULL,
  PRIMARY KEY (parameter, low, key, high, unit)
) WITHOUT ROWID;
CREATE INDEX amount_high ON amount (parameter, high, key, low, unit);
CREATE INDEX amount_key ON amount (key, parameter, low, high, unit);

CREATE TABLE composite (
  parameter INTEGER NOT NULL,
  component INTEGER NOT NULL,
  text TEXT NOT NULL,
  number INTEGER NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  key INTEGER NOT NULL,
  element INTEGER NOT NULL,
  extra TEXT NOT NULL,
  PRIMARY KEY (parameter, component, text, number, low, high, key, element, extra)
) WITHOUT ROWID;
CREATE INDEX composite_key ON composite (key, parameter, element, component, text, number, low, high, extra);

CREATE TABLE position (
  parameter INTEGER NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (parameter, latitude, longitude, key)
) WITHOUT ROWID;
CREATE INDEX position_key ON position (key, parameter, latitude, longitude);
`

/**
 * What lets several ranges of one parameter be looked up as one: which parameters a resource ever had two values of,
 * and the rows that are wider than a day, or than a number.
 */
const RANGES = `
CREATE TABLE repeated (
  parameter INTEGER PRIMARY KEY
);
CREATE INDEX date_wide ON date (parameter, high, key, low) WHERE high - low > 86400000;
CREATE INDEX amount_wide ON amount (parameter, high, key, low, unit) WHERE high > low;
`

/** What a file of format 2 lacks. */
export const SCHEMA_FROM_2 = `${RANGES}
INSERT INTO repeated
  SELECT DISTINCT parameter
  FROM (SELECT parameter FROM date INDEXED BY date_key GROUP BY key, parameter HAVING count(*) > 1)
  UNION SELECT DISTINCT parameter
  FROM (SELECT parameter FROM amount INDEXED BY amount_key GROUP BY key, parameter HAVING count(*) > 1);
`

export const SCHEMA = `${TABLES}${RANGES}`
