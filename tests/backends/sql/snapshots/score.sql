SELECT
  "leadpolicy key" AS "record_id",
  CASE
    WHEN (
      CASE
        WHEN (
          "verdicts 0" & CAST(1 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(2 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(4 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(8 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(5 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(16 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(15 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(32 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(64 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(20 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(128 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(1 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(512 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(-15 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(1024 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(-20 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(2048 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(-10 AS SMALLINT)
      END
    ) >= 60
    THEN CASE
      WHEN (
        "verdicts 1" & CAST(16 AS USMALLINT)
      ) = CAST(16 AS USMALLINT)
      THEN CAST(2 AS UTINYINT)
      ELSE CAST(1 AS UTINYINT)
    END
    ELSE CAST(0 AS UTINYINT)
  END AS "C stage",
  CASE
    WHEN (
      CASE
        WHEN (
          "verdicts 0" & CAST(256 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(10 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(512 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(10 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(1024 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(10 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(2048 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(5 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(4096 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(15 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(8192 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(10 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(16384 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(20 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 0" & CAST(32768 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(10 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(256 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(0 AS SMALLINT)
        ELSE CAST(10 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(2 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(-15 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(4 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(-20 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END + CASE
        WHEN (
          "verdicts 1" & CAST(8 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(-10 AS SMALLINT)
        ELSE CAST(0 AS SMALLINT)
      END
    ) < 60
    THEN CAST(0 AS UTINYINT)
    ELSE CASE
      WHEN (
        "verdicts 1" & CAST(4096 AS USMALLINT)
      ) <> CAST(0 AS USMALLINT)
      THEN CAST(1 AS UTINYINT)
      ELSE CAST(2 AS UTINYINT)
    END
  END AS "C possible",
  "verdicts 0",
  "verdicts 1"
FROM (
  SELECT
    *,
    CASE
      WHEN "f3" >= 100
      THEN CAST(1 AS USMALLINT)
      WHEN "f3" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(256 AS USMALLINT)
    END + CASE
      WHEN "f1" >= CAST('10000000.0' AS DOUBLE)
      THEN CAST(2 AS USMALLINT)
      WHEN "f1" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(512 AS USMALLINT)
    END + CASE
      WHEN "f4" >= 10
      THEN CAST(4 AS USMALLINT)
      WHEN NOT (
        "f4" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(1024 AS USMALLINT)
    END + CASE
      WHEN "f2" >= 16
      THEN CAST(8 AS USMALLINT)
      WHEN NOT (
        "f2" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(2048 AS USMALLINT)
    END + CASE
      WHEN "f14" >= 6
      THEN CAST(16 AS USMALLINT)
      WHEN NOT (
        "f14" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(4096 AS USMALLINT)
    END + CASE
      WHEN "f10" >= 2
      THEN CAST(32 AS USMALLINT)
      WHEN "f10" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(8192 AS USMALLINT)
    END + CASE
      WHEN "f11" = 8
      THEN CAST(64 AS USMALLINT)
      WHEN NOT (
        "f11" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(16384 AS USMALLINT)
    END + CASE
      WHEN "f9" <= 14
      THEN CAST(128 AS USMALLINT)
      WHEN "f9" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(32768 AS USMALLINT)
    END AS "verdicts 0",
    CASE
      WHEN "f12" >= CAST('70.0' AS DOUBLE)
      THEN CAST(1 AS USMALLINT)
      WHEN "f12" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(256 AS USMALLINT)
    END + CASE
      WHEN NOT LIST_POSITION(['gmail.com', 'hotmail.com', 'outlook.com', 'yahoo.com'], "f13") IS NULL
      THEN CAST(2 AS USMALLINT)
      WHEN "f13" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(512 AS USMALLINT)
    END + CASE
      WHEN "f7" = 5
      THEN CAST(4 AS USMALLINT)
      WHEN NOT (
        "f7" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(1024 AS USMALLINT)
    END + CASE
      WHEN "f5" = TRUE AND "f6" = FALSE
      THEN CAST(8 AS USMALLINT)
      WHEN "f5" = FALSE OR "f6" = TRUE
      THEN CAST(2048 AS USMALLINT)
      ELSE CAST(0 AS USMALLINT)
    END + CASE
      WHEN "f8" >= 1
      THEN CAST(16 AS USMALLINT)
      WHEN "f8" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(4096 AS USMALLINT)
    END AS "verdicts 1"
  FROM (
    SELECT
      "f1",
      "f2",
      "f3",
      "f4",
      "f5",
      "f6",
      "f7",
      "f8",
      "f9",
      "f10",
      "f11",
      "f12",
      "f13",
      "f14",
      "leadpolicy key"
    FROM (
      SELECT
        CASE WHEN ISFINITE("company_annual_revenue") THEN "company_annual_revenue" END AS "f1",
        LIST_POSITION(
          [
            NULL,
            'AU',
            'IN',
            'BR',
            'JP',
            'MX',
            'ES',
            'IT',
            'SE',
            'CH',
            'SG',
            'CN',
            'ZA',
            'PL',
            'NG',
            'US',
            'CA',
            'GB',
            'DE',
            'FR',
            'NL'
          ],
          "company_country"
        ) AS "f2",
        "company_employees" AS "f3",
        LIST_POSITION(
          [
            NULL,
            'retail',
            'logistics',
            'education',
            'government',
            'media',
            'energy',
            'hospitality',
            'nonprofit',
            'software',
            'finance',
            'healthcare',
            'manufacturing'
          ],
          "company_industry"
        ) AS "f4",
        "company_uses_competitor" AS "f5",
        "deal_compelling_event" AS "f6",
        LIST_POSITION([NULL, 'website', 'referral', 'trade_show', 'purchased_list'], "deal_source") AS "f7",
        "engagement_conversations" AS "f8",
        "engagement_days_since_inbound" AS "f9",
        "engagement_inbound_requests" AS "f10",
        LIST_POSITION(
          [
            NULL,
            'question',
            'white_paper',
            'webinar',
            'pricing',
            'newsletter',
            'unsubscribe',
            'demo'
          ],
          "engagement_last_inbound"
        ) AS "f11",
        CASE WHEN ISFINITE("engagement_score") THEN "engagement_score" END AS "f12",
        "person_email_domain" AS "f13",
        LIST_POSITION(
          [NULL, 'director', 'manager', 'individual', 'intern', 'c_level', 'vp'],
          "person_seniority"
        ) AS "f14",
        "company_annual_revenue" AS "f1 raw",
        "engagement_score" AS "f12 raw",
        "record_id" AS "leadpolicy key"
      FROM "source"
    ) AS "raw"
    WHERE
      CASE
        WHEN (
          "f1" IS NULL
        ) = (
          "f1 raw" IS NULL
        )
        AND (
          NOT "f2" IS NULL
        )
        AND (
          NOT "f4" IS NULL
        )
        AND (
          NOT "f7" IS NULL
        )
        AND (
          NOT "f11" IS NULL
        )
        AND (
          "f12" IS NULL
        ) = (
          "f12 raw" IS NULL
        )
        AND (
          NOT "f14" IS NULL
        )
        THEN TRUE
        ELSE CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
      END
  ) AS "checked"
) AS "layer 0"
