SELECT
  "record_id" AS "record_id",
  CASE
    WHEN "leadpolicy score 0" >= 15
    AND (
      "leadpolicy score 0" + (
        CASE
          WHEN COALESCE(
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
          THEN CAST(10 AS SMALLINT)
          ELSE CAST(0 AS SMALLINT)
        END + CASE
          WHEN "engagement_inbound_requests" >= 2
          THEN CAST(10 AS SMALLINT)
          ELSE CAST(0 AS SMALLINT)
        END + CASE
          WHEN "engagement_days_since_inbound" <= 14
          THEN CAST(10 AS SMALLINT)
          ELSE CAST(0 AS SMALLINT)
        END + CASE
          WHEN "engagement_score" >= CAST('70.0' AS DOUBLE)
          AND CASE
            WHEN ABS("engagement_score") > CAST('1.7976931348623157e+308' AS DOUBLE)
            THEN CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
            ELSE TRUE
          END
          THEN CAST(10 AS SMALLINT)
          ELSE CAST(0 AS SMALLINT)
        END + CASE
          WHEN "company_uses_competitor" = FALSE OR "deal_compelling_event" = TRUE
          THEN CAST(0 AS SMALLINT)
          ELSE CAST(-10 AS SMALLINT)
        END + CASE
          WHEN COALESCE(
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
          THEN CAST(5 AS SMALLINT)
          ELSE CAST(0 AS SMALLINT)
        END
      )
    ) >= 60
    THEN CASE
      WHEN "engagement_conversations" >= 1
      THEN CAST(2 AS UTINYINT)
      ELSE CAST(1 AS UTINYINT)
    END
    ELSE CAST(0 AS UTINYINT)
  END AS "C stage"
FROM (
  SELECT
    *,
    CASE
      WHEN COALESCE(
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
        ),
        CASE
          WHEN NOT "engagement_last_inbound" IS NULL
          THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
        END
      ) = 8
      THEN CAST(20 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END + CASE
      WHEN COALESCE(
        LIST_POSITION([NULL, 'website', 'referral', 'trade_show', 'purchased_list'], "deal_source"),
        CASE
          WHEN NOT "deal_source" IS NULL
          THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
        END
      ) BETWEEN 2 AND 4
      THEN CAST(0 AS SMALLINT)
      ELSE CAST(-20 AS SMALLINT)
    END + CASE
      WHEN COALESCE(
        LIST_POSITION(
          [NULL, 'director', 'manager', 'individual', 'intern', 'c_level', 'vp'],
          "person_seniority"
        ),
        CASE
          WHEN NOT "person_seniority" IS NULL
          THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
        END
      ) >= 6
      THEN CAST(15 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END + CASE
      WHEN LIST_POSITION(
        [NULL, 'gmail.com', 'hotmail.com', 'outlook.com', 'yahoo.com'],
        "person_email_domain"
      ) IS NULL
      THEN CAST(0 AS SMALLINT)
      ELSE CAST(-15 AS SMALLINT)
    END + CASE
      WHEN "company_employees" >= 100
      THEN CAST(10 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END + CASE
      WHEN "company_annual_revenue" >= CAST('10000000.0' AS DOUBLE)
      AND CASE
        WHEN ABS("company_annual_revenue") > CAST('1.7976931348623157e+308' AS DOUBLE)
        THEN CAST(ERROR('leadpolicy: a value does not fit') AS BOOLEAN)
        ELSE TRUE
      END
      THEN CAST(10 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END AS "leadpolicy score 0"
  FROM "source"
) AS "shared"
