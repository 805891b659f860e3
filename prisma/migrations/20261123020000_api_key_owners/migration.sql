-- A principal carries its tenant and its user. A change of those makes a step for the keys that its transaction can
-- see; what follows leaves no key that it cannot.

-- A key that is issued meanwhile waits for the change, and the change for the key: the rows stay as they are until
-- the key is committed. As definer, for a lock needs the right to update, which who issues keys may not have.
CREATE OR REPLACE FUNCTION "api_keys_refuse_foreign_user"() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    belongs boolean;
BEGIN
    EXECUTE format('SELECT true FROM %I."tenants" WHERE "id" = $1 FOR SHARE', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."tenant_id";
    EXECUTE format('SELECT true FROM %I."users" WHERE "id" = $1 AND "tenant_id" = $2 FOR SHARE', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."user_id", NEW."tenant_id";
    IF belongs IS NULL THEN
        RAISE EXCEPTION 'api_keys.user_id must be a user of the tenant in tenant_id'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'api_keys_user_is_of_tenant';
    END IF;
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION "api_keys_refuse_foreign_user"() FROM PUBLIC;

-- A transaction with one snapshot for all of its statements does not see keys that were committed after it, so it
-- names none: NULL means all.
CREATE OR REPLACE FUNCTION "api_key_epoch_on_tenant_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        IF EXISTS (SELECT to_jsonb("o") FROM "old_rows" "o" EXCEPT SELECT to_jsonb("n") FROM "new_rows" "n") THEN
            PERFORM "api_key_epoch_advance"(NULL);
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o"."id", to_jsonb("o") FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", to_jsonb("n") FROM "new_rows" "n"
        ) AS "different"
        JOIN "api_keys" "k" ON "k"."tenant_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION "api_key_epoch_on_user_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        IF EXISTS (SELECT to_jsonb("o") FROM "old_rows" "o" EXCEPT SELECT to_jsonb("n") FROM "new_rows" "n") THEN
            PERFORM "api_key_epoch_advance"(NULL);
        END IF;
        RETURN NULL;
    END IF;
    SELECT array_agg("owned"."key_hash") INTO "hashes" FROM (
        SELECT "k"."key_hash" FROM (
            SELECT "o"."id", to_jsonb("o") FROM "old_rows" "o"
            EXCEPT SELECT "n"."id", to_jsonb("n") FROM "new_rows" "n"
        ) AS "different"
        JOIN "api_keys" "k" ON "k"."user_id" = "different"."id"
        LIMIT 200
    ) AS "owned";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;

-- Replacing a function keeps its rights, not its settings.
DO $$
DECLARE
    "name" text;
BEGIN
    FOREACH "name" IN ARRAY ARRAY['api_key_epoch_on_tenant_update', 'api_key_epoch_on_user_update'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SECURITY DEFINER SET search_path = %I, pg_temp', "name", current_schema());
    END LOOP;
END
$$;
