SELECT
  "leadpolicy key" AS "record_id",
  CASE
    WHEN (
      "verdicts 0" & CAST(255 AS USMALLINT)
    ) = CAST(255 AS USMALLINT)
    THEN CASE
      WHEN (
        CASE
          WHEN (
            "verdicts 1" & CAST(1 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(2 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(4 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(8 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(16 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END
      ) >= 4
      THEN CAST(2 AS UTINYINT)
      ELSE CAST(1 AS UTINYINT)
    END
    ELSE CAST(0 AS UTINYINT)
  END AS "A stage",
  CASE
    WHEN (
      "verdicts 0" & CAST(65280 AS USMALLINT)
    ) <> CAST(0 AS USMALLINT)
    THEN CAST(0 AS UTINYINT)
    ELSE CASE
      WHEN (
        CASE
          WHEN (
            "verdicts 1" & CAST(256 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(512 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(1024 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(2048 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN (
            "verdicts 1" & CAST(4096 AS USMALLINT)
          ) <> CAST(0 AS USMALLINT)
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END
      ) >= 2
      THEN CAST(1 AS UTINYINT)
      ELSE CAST(2 AS UTINYINT)
    END
  END AS "A possible",
  "verdicts 0",
  "verdicts 1"
FROM (
  SELECT
    *,
    CASE
      WHEN "f3" >= 200
      THEN CAST(1 AS USMALLINT)
      WHEN "f3" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(256 AS USMALLINT)
    END + CASE
      WHEN "f1" >= CAST('20000000.0' AS DOUBLE)
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
      WHEN "f13" >= 5
      THEN CAST(16 AS USMALLINT)
      WHEN NOT (
        "f13" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(4096 AS USMALLINT)
    END + CASE
      WHEN "f9" BETWEEN 2 AND 3
      THEN CAST(32 AS USMALLINT)
      WHEN NOT (
        "f9" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(8192 AS USMALLINT)
    END + CASE
      WHEN "f11" >= 1
      THEN CAST(64 AS USMALLINT)
      WHEN "f11" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(16384 AS USMALLINT)
    END + CASE
      WHEN "f12" >= 6
      THEN CAST(128 AS USMALLINT)
      WHEN NOT (
        "f12" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(32768 AS USMALLINT)
    END AS "verdicts 0",
    CASE
      WHEN NOT "f10" IS NULL
      THEN CAST(1 AS USMALLINT)
      WHEN NOT (
        NOT "f10" IS NULL
      )
      THEN CAST(256 AS USMALLINT)
      ELSE CAST(0 AS USMALLINT)
    END + CASE
      WHEN "f7" = TRUE
      THEN CAST(2 AS USMALLINT)
      WHEN "f7" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(512 AS USMALLINT)
    END + CASE
      WHEN "f5" >= 4
      THEN CAST(4 AS USMALLINT)
      WHEN NOT (
        "f5" > 1
      )
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(1024 AS USMALLINT)
    END + CASE
      WHEN "f8" = TRUE
      THEN CAST(8 AS USMALLINT)
      WHEN "f8" IS NULL
      THEN CAST(0 AS USMALLINT)
      ELSE CAST(2048 AS USMALLINT)
    END + CASE
      WHEN "f6" = TRUE
      THEN CAST(16 AS USMALLINT)
      WHEN "f6" IS NULL
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
        LIST_POSITION([NULL, 'requested', 'none', 'approved', 'planned'], "deal_budget_status") AS "f5",
        "deal_compelling_event" AS "f6",
        "deal_decision_maker_engaged" AS "f7",
        "deal_next_step_agreed" AS "f8",
        LIST_POSITION([NULL, 'website', 'referral', 'trade_show', 'purchased_list'], "deal_source") AS "f9",
        "deal_timeline_days" AS "f10",
        "engagement_inbound_requests" AS "f11",
        LIST_POSITION(
          [
            NULL,
            'webinar',
            'pricing',
            'newsletter',
            'unsubscribe',
            'demo',
            'question',
            'white_paper'
          ],
          "engagement_last_inbound"
        ) AS "f12",
        LIST_POSITION(
          [NULL, 'manager', 'individual', 'intern', 'c_level', 'vp', 'director'],
          "person_seniority"
        ) AS "f13",
        "company_annual_revenue" AS "f1 raw",
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
          NOT "f9" IS NULL
        )
        AND (
          NOT "f12" IS NULL
        )
        AND (
          NOT "f13" IS NULL
        )
        THEN TRUE
        ELSE CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
      END
  ) AS "checked"
) AS "layer 0"
