SELECT
  "record_id" AS "record_id",
  CASE
    WHEN "company_employees" >= 50
    AND "company_employees" <= 5000
    AND (
      "company_annual_revenue" >= CAST('5000000.0' AS DOUBLE)
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
      ),
      CASE
        WHEN NOT "company_industry" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 8
    AND COALESCE(
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
      ),
      CASE
        WHEN NOT "company_country" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 14
    AND COALESCE(
      LIST_POSITION(
        [NULL, 'on_prem', 'oracle', 'ibm', 'heroku', 'other', 'aws', 'azure', 'gcp'],
        "company_platform"
      ),
      CASE
        WHEN NOT "company_platform" IS NULL
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
      END
    ) >= 7
    AND "company_uses_competitor" = FALSE
    AND LIST_POSITION(
      [NULL, 'gmail.com', 'hotmail.com', 'outlook.com', 'yahoo.com'],
      "person_email_domain"
    ) IS NULL
    THEN CASE
      WHEN "engagement_inbound_requests" >= 1
      AND "engagement_days_since_inbound" <= 30
      AND COALESCE(
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
        ),
        CASE
          WHEN NOT "engagement_last_inbound" IS NULL
          THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
        END
      ) BETWEEN 2 AND 7
      THEN CASE
        WHEN (
          "deal_budget" >= "deal_price"
          AND CASE
            WHEN ABS("deal_budget") > CAST('1.7976931348623157e+308' AS DOUBLE)
            THEN CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
            ELSE TRUE
          END
          AND CASE
            WHEN ABS("deal_price") > CAST('1.7976931348623157e+308' AS DOUBLE)
            THEN CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
            ELSE TRUE
          END
        )
        AND "deal_timeline_days" <= 90
        AND "deal_decision_maker_engaged" = TRUE
        AND "deal_problem_acknowledged" = TRUE
        AND "deal_next_step_agreed" = TRUE
        AND COALESCE(
          LIST_POSITION(
            [NULL, 'individual', 'intern', 'c_level', 'vp', 'director', 'manager'],
            "person_seniority"
          ),
          CASE
            WHEN NOT "person_seniority" IS NULL
            THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
          END
        ) >= 4
        AND "person_consented" = TRUE
        AND COALESCE(
          LIST_POSITION([NULL, 'approved', 'planned', 'requested', 'none'], "deal_budget_status"),
          CASE
            WHEN NOT "deal_budget_status" IS NULL
            THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
          END
        ) BETWEEN 2 AND 4
        THEN CAST(3 AS UTINYINT)
        ELSE CAST(2 AS UTINYINT)
      END
      ELSE CAST(1 AS UTINYINT)
    END
    ELSE CAST(0 AS UTINYINT)
  END AS "B stage"
FROM "source"
