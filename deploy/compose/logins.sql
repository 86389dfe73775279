-- Run once by the trial's Postgres, before `henpin migrate`: its roles, and logins that have them. With a Postgres of yours you
-- create the logins after the first migration (deploy/README.md).
CREATE ROLE henpin_worker NOLOGIN;
CREATE ROLE henpin_reader NOLOGIN;
CREATE ROLE henpin_desk NOLOGIN;
CREATE ROLE henpin_directory NOLOGIN;
CREATE ROLE shop_worker LOGIN PASSWORD 'trial' IN ROLE henpin_worker;
CREATE ROLE shop_reader LOGIN PASSWORD 'trial' IN ROLE henpin_reader;
CREATE ROLE shop_desk LOGIN PASSWORD 'trial' IN ROLE henpin_desk;
CREATE ROLE shop_directory LOGIN PASSWORD 'trial' IN ROLE henpin_directory;
