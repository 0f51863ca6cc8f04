-- Run once, when the volume of the database is new: `ledger` is made by the image, this is for Prefect's records.
CREATE DATABASE prefect OWNER ionloop;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
