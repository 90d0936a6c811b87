SELECT
  "record_id" AS "record_id",
  CASE
    WHEN "company_employees" >= 200
    AND (
      "company_annual_revenue" >= CAST('20000000.0' AS DOUBLE)
      AND CASE
        WHEN ABS("company_annual_revenue") > CAST('1.7976931348623157e+308' AS DOUBLE)
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
        ELSE TRUE
      END
    )
    AND COALESCE(
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
      ),
      CASE
        WHEN NOT "company_industry" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 10
    AND COALESCE(
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
      ),
      CASE
        WHEN NOT "company_country" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 16
    AND COALESCE(
      LIST_POSITION(
        [NULL, 'manager', 'individual', 'intern', 'c_level', 'vp', 'director'],
        "person_seniority"
      ),
      CASE
        WHEN NOT "person_seniority" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 5
    AND COALESCE(
      LIST_POSITION([NULL, 'website', 'referral', 'trade_show', 'purchased_list'], "deal_source"),
      CASE
        WHEN NOT "deal_source" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) BETWEEN 2 AND 3
    AND "engagement_inbound_requests" >= 1
    AND COALESCE(
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
      ),
      CASE
        WHEN NOT "engagement_last_inbound" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 6
    THEN CASE
      WHEN (
        CASE
          WHEN NOT "deal_timeline_days" IS NULL
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN "deal_decision_maker_engaged" = TRUE
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN COALESCE(
            LIST_POSITION([NULL, 'requested', 'none', 'approved', 'planned'], "deal_budget_status"),
            CASE
              WHEN NOT "deal_budget_status" IS NULL
              THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
            END
          ) >= 4
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN "deal_next_step_agreed" = TRUE
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END + CASE
          WHEN "deal_compelling_event" = TRUE
          THEN CAST(1 AS UTINYINT)
          ELSE CAST(0 AS UTINYINT)
        END
      ) >= 4
      THEN CAST(2 AS UTINYINT)
      ELSE CAST(1 AS UTINYINT)
    END
    ELSE CAST(0 AS UTINYINT)
  END AS "A stage"
FROM "source"
