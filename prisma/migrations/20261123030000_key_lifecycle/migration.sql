-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN "family_id" UUID,
ADD COLUMN "grace_after_use_ms" INTEGER,
ADD COLUMN "metadata" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN "revoked_reason" TEXT,
ADD COLUMN "rotated_at" TIMESTAMPTZ(3),
ADD COLUMN "rotated_from_id" UUID,
ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "api_key_events" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "address" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "api_key_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key_idempotency" (
    "tenant_id" UUID NOT NULL,
    "idempotency_key_hash" TEXT NOT NULL,
    "request_digest" TEXT NOT NULL,
    "api_key_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_idempotency_pkey" PRIMARY KEY ("tenant_id","idempotency_key_hash")
);

-- CreateIndex
CREATE INDEX "api_key_events_tenant_id_at_id_idx" ON "api_key_events"("tenant_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "api_key_events_tenant_id_api_key_id_at_id_idx" ON "api_key_events"("tenant_id", "api_key_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "api_key_idempotency_tenant_id_created_at_idx" ON "api_key_idempotency"("tenant_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_rotated_from_id_key" ON "api_keys"("rotated_from_id");

-- CreateIndex
CREATE INDEX "api_keys_family_id_idx" ON "api_keys"("family_id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_rotated_from_id_fkey" FOREIGN KEY ("rotated_from_id") REFERENCES "api_keys"("id") ON DELETE SET NULL ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "api_key_events" ADD CONSTRAINT "api_key_events_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "api_key_idempotency" ADD CONSTRAINT "api_key_idempotency_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE RESTRICT;



-- What follows is enforced here because no client can be trusted to remember it.

ALTER TABLE "api_keys"
    ADD CONSTRAINT "api_keys_metadata_is_object" CHECK (jsonb_typeof("metadata") = 'object'),
    ADD CONSTRAINT "api_keys_grace_is_not_negative" CHECK ("grace_after_use_ms" >= 0),
    ADD CONSTRAINT "api_keys_reason_is_of_revoked" CHECK ("revoked_reason" IS NULL OR "revoked_at" IS NOT NULL),
    ADD CONSTRAINT "api_keys_successor_has_family" CHECK ("rotated_from_id" IS NULL OR "family_id" IS NOT NULL);
ALTER TABLE "api_key_events"
    ADD CONSTRAINT "api_key_events_type_is_known"
        CHECK ("type" IN ('issued', 'rotated', 'updated', 'revoked', 'pruned')),
    ADD CONSTRAINT "api_key_events_actor_is_known" CHECK ("actor_kind" IN ('user', 'api_key', 'system')),
    ADD CONSTRAINT "api_key_events_details_is_object" CHECK (jsonb_typeof("details") = 'object');
ALTER TABLE "api_key_idempotency"
    ADD CONSTRAINT "api_key_idempotency_hashes_are_sha256"
        CHECK ("idempotency_key_hash" ~ '^[0-9a-f]{64}$' AND "request_digest" ~ '^[0-9a-f]{64}$');

-- Where a key comes from, and that it was rotated, is history. Pruning the key before it clears the reference to it,
-- and nothing else may. Why a key was revoked is said when it is.
CREATE FUNCTION "api_keys_refuse_changed_history"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_there boolean;
BEGIN
    IF OLD."rotated_at" IS NOT NULL AND NEW."rotated_at" IS DISTINCT FROM OLD."rotated_at"
        OR OLD."family_id" IS NOT NULL AND NEW."family_id" IS DISTINCT FROM OLD."family_id" THEN
        RAISE EXCEPTION 'api_keys.rotated_at and family_id cannot change once they are set'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_rotation_is_final';
    END IF;
    IF NEW."rotated_from_id" IS DISTINCT FROM OLD."rotated_from_id" THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I."api_keys" WHERE "id" = $1)', TG_TABLE_SCHEMA)
            INTO is_there USING OLD."rotated_from_id";
        IF NEW."rotated_from_id" IS NOT NULL OR is_there THEN
            RAISE EXCEPTION 'api_keys.rotated_from_id cannot change once it is set'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_rotation_is_final';
        END IF;
    END IF;
    IF OLD."revoked_at" IS NOT NULL AND NEW."revoked_reason" IS DISTINCT FROM OLD."revoked_reason" THEN
        RAISE EXCEPTION 'api_keys.revoked_reason cannot change once the key is revoked'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'api_keys_revocation_is_final';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "api_keys_refuse_changed_history" BEFORE UPDATE ON "api_keys" FOR EACH ROW
    WHEN (OLD."rotated_at" IS DISTINCT FROM NEW."rotated_at"
        OR OLD."family_id" IS DISTINCT FROM NEW."family_id"
        OR OLD."rotated_from_id" IS DISTINCT FROM NEW."rotated_from_id"
        OR OLD."revoked_reason" IS DISTINCT FROM NEW."revoked_reason")
    EXECUTE FUNCTION "api_keys_refuse_changed_history"();

-- A successor is for whom its predecessor was.
CREATE FUNCTION "api_keys_refuse_foreign_predecessor"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    belongs boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I."api_keys" WHERE "id" = $1 AND "tenant_id" = $2 AND "user_id" = $3
        AND COALESCE("family_id", "id") = $4)', TG_TABLE_SCHEMA)
        INTO belongs USING NEW."rotated_from_id", NEW."tenant_id", NEW."user_id", NEW."family_id";
    IF NOT belongs THEN
        RAISE EXCEPTION 'api_keys.rotated_from_id must be a key of the same tenant, user and family'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'api_keys_successor_is_of_owner';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER "api_keys_refuse_foreign_predecessor" BEFORE INSERT ON "api_keys" FOR EACH ROW
    WHEN (NEW."rotated_from_id" IS NOT NULL) EXECUTE FUNCTION "api_keys_refuse_foreign_predecessor"();

-- The version counts changes of the record, whoever makes them and however. Use is no change.
CREATE FUNCTION "api_keys_count_version"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW."version" := OLD."version" + (
        OLD."name" IS DISTINCT FROM NEW."name"
        OR OLD."metadata" IS DISTINCT FROM NEW."metadata"
        OR OLD."scopes" IS DISTINCT FROM NEW."scopes"
        OR OLD."expires_at" IS DISTINCT FROM NEW."expires_at"
        OR OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at"
        OR OLD."rotated_at" IS DISTINCT FROM NEW."rotated_at"
    )::int;
    RETURN NEW;
END
$$;

CREATE TRIGGER "api_keys_count_version" BEFORE UPDATE ON "api_keys" FOR EACH ROW
    WHEN (OLD."name" IS DISTINCT FROM NEW."name"
        OR OLD."metadata" IS DISTINCT FROM NEW."metadata"
        OR OLD."scopes" IS DISTINCT FROM NEW."scopes"
        OR OLD."expires_at" IS DISTINCT FROM NEW."expires_at"
        OR OLD."revoked_at" IS DISTINCT FROM NEW."revoked_at"
        OR OLD."rotated_at" IS DISTINCT FROM NEW."rotated_at"
        OR OLD."version" IS DISTINCT FROM NEW."version")
    EXECUTE FUNCTION "api_keys_count_version"();

-- A trail is added to. Rows go with their tenant, or by a deletion that somebody has decided on.
CREATE FUNCTION "api_key_events_refuse_update"() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'api_key_events cannot change' USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'api_key_events_are_final';
END
$$;

CREATE TRIGGER "api_key_events_refuse_update" BEFORE UPDATE ON "api_key_events"
    FOR EACH ROW EXECUTE FUNCTION "api_key_events_refuse_update"();

-- What a host keeps in a key's metadata it may well decide by, so a change of it is a step like one of its scopes.
CREATE OR REPLACE FUNCTION "api_key_epoch_on_key_update"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    "hashes" text[];
BEGIN
    SELECT array_agg("changed"."key_hash") INTO "hashes" FROM (
        SELECT "different"."key_hash" FROM (
            SELECT "key_hash", "id", "scopes", "metadata", "expires_at", "revoked_at" FROM "old_rows"
            EXCEPT SELECT "key_hash", "id", "scopes", "metadata", "expires_at", "revoked_at" FROM "new_rows"
        ) AS "different"
        LIMIT 200
    ) AS "changed";
    IF "hashes" IS NOT NULL THEN PERFORM "api_key_epoch_advance"("hashes"); END IF;
    RETURN NULL;
END
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION "api_key_epoch_on_key_update"() SECURITY DEFINER SET search_path = %I, pg_temp',
        current_schema());
END
$$;
