SELECT
  "leadpolicy key" AS "record_id",
  CASE
    WHEN (
      "verdicts 0" & CAST(255 AS USMALLINT)
    ) = CAST(255 AS USMALLINT)
    THEN CASE
      WHEN (
        "verdicts 1" & CAST(7 AS USMALLINT)
      ) = CAST(7 AS USMALLINT)
      THEN CASE
        WHEN (
          "verdicts 1" & CAST(248 AS USMALLINT)
        ) = CAST(248 AS USMALLINT)
        AND (
          "verdicts 2" & CAST(7 AS USMALLINT)
        ) = CAST(7 AS USMALLINT)
        THEN CAST(3 AS UTINYINT)
        ELSE CAST(2 AS UTINYINT)
      END
      ELSE CAST(1 AS UTINYINT)
    END
    ELSE CAST(0 AS UTINYINT)
  END AS "B stage",
  CASE
    WHEN (
      "verdicts 0" & CAST(65280 AS USMALLINT)
    ) <> CAST(0 AS USMALLINT)
    THEN CAST(0 AS UTINYINT)
    ELSE CASE
      WHEN (
        "verdicts 1" & CAST(1792 AS USMALLINT)
      ) <> CAST(0 AS USMALLINT)
      THEN CAST(1 AS UTINYINT)
      ELSE CASE
        WHEN (
          "verdicts 1" & CAST(63488 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        OR (
          "verdicts 2" & CAST(1792 AS USMALLINT)
        ) <> CAST(0 AS USMALLINT)
        THEN CAST(2 AS UTINYINT)
        ELSE CAST(3 AS UTINYINT)
      END
    END
  END AS "B possible",
  "verdicts 0",
  "verdicts 1",
  "verdicts 2"
FROM (
  SELECT
    *,
    CASE
      WHEN "f3" >= 50
      THEN CAST(1 AS USMALLINT)
      WHEN "f3" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(256 AS USMALLINT)
    END + CASE
      WHEN "f3" <= 5000
      THEN CAST(2 AS USMALLINT)
      WHEN "f3" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(512 AS USMALLINT)
    END + CASE
      WHEN "f1" >= CAST('5000000.0' AS DOUBLE)
      THEN CAST(4 AS USMALLINT)
      WHEN "f1" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(1024 AS USMALLINT)
    END + CASE
      WHEN "f4" >= 8
      THEN CAST(8 AS USMALLINT)
      WHEN NOT (
        "f4" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(2048 AS USMALLINT)
    END + CASE
      WHEN "f2" >= 14
      THEN CAST(16 AS USMALLINT)
      WHEN NOT (
        "f2" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(4096 AS USMALLINT)
    END + CASE
      WHEN "f5" >= 7
      THEN CAST(32 AS USMALLINT)
      WHEN NOT (
        "f5" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(8192 AS USMALLINT)
    END + CASE
      WHEN "f6" = FALSE
      THEN CAST(64 AS USMALLINT)
      WHEN "f6" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(16384 AS USMALLINT)
    END + CASE
      WHEN LIST_POSITION([NULL, 'gmail.com', 'hotmail.com', 'outlook.com', 'yahoo.com'], "f18") IS NULL
      THEN CAST(128 AS USMALLINT)
      WHEN "f18" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(32768 AS USMALLINT)
    END AS "verdicts 0",
    CASE
      WHEN "f15" >= 1
      THEN CAST(1 AS USMALLINT)
      WHEN "f15" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(256 AS USMALLINT)
    END + CASE
      WHEN "f14" <= 30
      THEN CAST(2 AS USMALLINT)
      WHEN "f14" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(512 AS USMALLINT)
    END + CASE
      WHEN "f16" BETWEEN 2 AND 7
      THEN CAST(4 AS USMALLINT)
      WHEN NOT (
        "f16" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(1024 AS USMALLINT)
    END + CASE
      WHEN "f7" >= "f11"
      THEN CAST(8 AS USMALLINT)
      WHEN "f7" < "f11"
      THEN CAST(2048 AS USMALLINT)
      ELSE CAST(0 AS USMALLINT)
    END + CASE
      WHEN "f13" <= 90
      THEN CAST(16 AS USMALLINT)
      WHEN "f13" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(4096 AS USMALLINT)
    END + CASE
      WHEN "f9" = TRUE
      THEN CAST(32 AS USMALLINT)
      WHEN "f9" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(8192 AS USMALLINT)
    END + CASE
      WHEN "f12" = TRUE
      THEN CAST(64 AS USMALLINT)
      WHEN "f12" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(16384 AS USMALLINT)
    END + CASE
      WHEN "f10" = TRUE
      THEN CAST(128 AS USMALLINT)
      WHEN "f10" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(32768 AS USMALLINT)
    END AS "verdicts 1",
    CASE
      WHEN "f19" >= 4
      THEN CAST(1 AS USMALLINT)
      WHEN NOT (
        "f19" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(256 AS USMALLINT)
    END + CASE
      WHEN "f17" = TRUE
      THEN CAST(2 AS USMALLINT)
      WHEN "f17" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(512 AS USMALLINT)
    END + CASE
      WHEN "f8" BETWEEN 2 AND 4
      THEN CAST(4 AS USMALLINT)
      WHEN NOT (
        "f8" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(1024 AS USMALLINT)
    END AS "verdicts 2"
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
      "f15",
      "f16",
      "f17",
      "f18",
      "f19",
      "leadpolicy key"
    FROM (
      SELECT
        CASE WHEN ISFINITE("company_annual_revenue") THEN "company_annual_revenue" END AS "f1",
        LIST_POSITION(
          [
            NULL,
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
            'NL',
            'AU',
            'IN'
          ],
          "company_country"
        ) AS "f2",
        "company_employees" AS "f3",
        LIST_POSITION(
          [
            NULL,
            'education',
            'government',
            'media',
            'energy',
            'hospitality',
            'nonprofit',
            'software',
            'finance',
            'healthcare',
            'manufacturing',
            'retail',
            'logistics'
          ],
          "company_industry"
        ) AS "f4",
        LIST_POSITION(
          [NULL, 'on_prem', 'oracle', 'ibm', 'heroku', 'other', 'aws', 'azure', 'gcp'],
          "company_platform"
        ) AS "f5",
        "company_uses_competitor" AS "f6",
        CASE WHEN ISFINITE("deal_budget") THEN "deal_budget" END AS "f7",
        LIST_POSITION([NULL, 'approved', 'planned', 'requested', 'none'], "deal_budget_status") AS "f8",
        "deal_decision_maker_engaged" AS "f9",
        "deal_next_step_agreed" AS "f10",
        CASE WHEN ISFINITE("deal_price") THEN "deal_price" END AS "f11",
        "deal_problem_acknowledged" AS "f12",
        "deal_timeline_days" AS "f13",
        "engagement_days_since_inbound" AS "f14",
        "engagement_inbound_requests" AS "f15",
        LIST_POSITION(
          [
            NULL,
            'demo',
            'question',
            'white_paper',
            'webinar',
            'pricing',
            'newsletter',
            'unsubscribe'
          ],
          "engagement_last_inbound"
        ) AS "f16",
        "person_consented" AS "f17",
        "person_email_domain" AS "f18",
        LIST_POSITION(
          [NULL, 'individual', 'intern', 'c_level', 'vp', 'director', 'manager'],
          "person_seniority"
        ) AS "f19",
        "company_annual_revenue" AS "f1 raw",
        "deal_budget" AS "f7 raw",
        "deal_price" AS "f11 raw",
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
          NOT "f5" IS NULL
        )
        AND (
          "f7" IS NULL
        ) = (
          "f7 raw" IS NULL
        )
        AND (
          NOT "f8" IS NULL
        )
        AND (
          "f11" IS NULL
        ) = (
          "f11 raw" IS NULL
        )
        AND (
          NOT "f16" IS NULL
        )
        AND (
          NOT "f19" IS NULL
        )
        THEN TRUE
        ELSE CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
      END
  ) AS "checked"
) AS "layer 0"
