-- What was spent of a quota for a lifetime, which no window ends, goes with the last key of its rotations, as usage does:
-- whoever deletes that needs no right of his on the counts. And tests empty all tables between them, with one TRUNCATE that
-- names them all: a table that is being truncated cannot be truncated once more by a trigger, but its rows can be deleted.
CREATE OR REPLACE FUNCTION "api_keys_forget_usage"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('DELETE FROM %I."api_key_usage"', TG_TABLE_SCHEMA);
        EXECUTE format('DELETE FROM %I."api_key_counters" WHERE "name" LIKE ''key:%%:lifetime''', TG_TABLE_SCHEMA);
    ELSE
        EXECUTE format('DELETE FROM %I."api_key_usage" AS "u" USING "old_rows" AS "o" WHERE "u"."api_key_id" = "o"."id"',
            TG_TABLE_SCHEMA);
        EXECUTE format('DELETE FROM %1$I."api_key_counters" AS "c"
            USING (SELECT DISTINCT COALESCE("family_id", "id") AS "family" FROM "old_rows") AS "o"
            WHERE "c"."name" = ''key:'' || "o"."family" || '':lifetime'' AND NOT EXISTS (
                SELECT FROM %1$I."api_keys" AS "k" WHERE "k"."id" = "o"."family" OR "k"."family_id" = "o"."family")',
            TG_TABLE_SCHEMA);
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION "api_keys_forget_usage"() FROM PUBLIC;

-- The epoch's row comes back at once, with another stamp, which makes every process forget what it has kept.
CREATE TRIGGER "api_key_epoch_comes_back" AFTER TRUNCATE ON "api_key_epoch"
    FOR EACH STATEMENT EXECUTE FUNCTION "api_key_epoch_on_truncate"();
