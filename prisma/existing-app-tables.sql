-- The tables of express-api-keys in an application that has tables for its tenants and users already, as Prisma makes them
-- of the models whose names begin with ApiKey. "npx express-api-keys init" puts your names and types for those in brackets.

CREATE TABLE "api_keys" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" <tenants.id type> NOT NULL,
    "user_id" <users.id type> NOT NULL,
    "name" TEXT NOT NULL,
    "key_prefix" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "scopes" JSONB NOT NULL DEFAULT '[]',
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rotated_from_id" UUID,
    "family_id" UUID,
    "rotated_at" TIMESTAMPTZ(3),
    "grace_after_use_ms" INTEGER,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "limits" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "allowed_cidrs" TEXT[] DEFAULT ARRAY[]::TEXT[],

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_key_events" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" <tenants.id type> NOT NULL,
    "api_key_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "address" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "api_key_events_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_key_idempotency" (
    "tenant_id" <tenants.id type> NOT NULL,
    "idempotency_key_hash" TEXT NOT NULL,
    "request_digest" TEXT NOT NULL,
    "api_key_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_idempotency_pkey" PRIMARY KEY ("tenant_id","idempotency_key_hash")
);

CREATE TABLE "api_key_epoch" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "stamp" UUID NOT NULL DEFAULT gen_random_uuid(),

    CONSTRAINT "api_key_epoch_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_key_usage" (
    "api_key_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "requests" BIGINT NOT NULL DEFAULT 0,
    "refused" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "api_key_usage_pkey" PRIMARY KEY ("api_key_id","day")
);

CREATE TABLE "api_key_counters" (
    "name" TEXT NOT NULL,
    "value" BIGINT NOT NULL DEFAULT 0,
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_counters_pkey" PRIMARY KEY ("name")
);

CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

CREATE UNIQUE INDEX "api_keys_rotated_from_id_key" ON "api_keys"("rotated_from_id");

CREATE INDEX "api_keys_tenant_id_created_at_id_idx" ON "api_keys"("tenant_id", "created_at" DESC, "id" DESC);

CREATE INDEX "api_keys_user_id_idx" ON "api_keys"("user_id");

CREATE INDEX "api_keys_family_id_idx" ON "api_keys"("family_id");

CREATE INDEX "api_key_events_tenant_id_at_id_idx" ON "api_key_events"("tenant_id", "at" DESC, "id" DESC);

CREATE INDEX "api_key_events_tenant_id_api_key_id_at_id_idx" ON "api_key_events"("tenant_id", "api_key_id", "at" DESC, "id" DESC);

CREATE INDEX "api_key_idempotency_tenant_id_created_at_idx" ON "api_key_idempotency"("tenant_id", "created_at");

CREATE INDEX "api_key_counters_ends_at_idx" ON "api_key_counters"("ends_at");

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES <tenants>(<tenants.id>) ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES <users>(<users.id>) ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_rotated_from_id_fkey" FOREIGN KEY ("rotated_from_id") REFERENCES "api_keys"("id") ON DELETE SET NULL ON UPDATE RESTRICT;

ALTER TABLE "api_key_events" ADD CONSTRAINT "api_key_events_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES <tenants>(<tenants.id>) ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "api_key_idempotency" ADD CONSTRAINT "api_key_idempotency_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES <tenants>(<tenants.id>) ON DELETE CASCADE ON UPDATE RESTRICT;
