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
                'software',
                'finance',
                'healthcare',
                'manufacturing',
                'retail',
                'logistics',
                'education',
                'government',
                'media',
                'energy',
                'hospitality',
                'nonprofit'
              ],
              "company_industry"
            ),
            CASE
              WHEN NOT "company_industry" IS NULL
              THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
            END
          ) <= 4
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
                'US',
                'CA',
                'GB',
                'DE',
                'FR',
                'NL',
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
                'NG'
              ],
              "company_country"
            ),
            CASE
              WHEN NOT "company_country" IS NULL
              THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
            END
          ) <= 6
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
      ) = 1
      THEN CAST(20 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END + CASE
      WHEN COALESCE(
        LIST_POSITION(['purchased_list', 'website', 'referral', 'trade_show'], "deal_source"),
        CASE
          WHEN NOT "deal_source" IS NULL
          THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
        END
      ) >= 2
      THEN CAST(0 AS SMALLINT)
      ELSE CAST(-20 AS SMALLINT)
    END + CASE
      WHEN COALESCE(
        LIST_POSITION(
          ['c_level', 'vp', 'director', 'manager', 'individual', 'intern'],
          "person_seniority"
        ),
        CASE
          WHEN NOT "person_seniority" IS NULL
          THEN CAST(ERROR('leadpolicy: a value does not fit') AS INT)
        END
      ) <= 2
      THEN CAST(15 AS SMALLINT)
      ELSE CAST(0 AS SMALLINT)
    END + CASE
      WHEN (
        NOT "person_email_domain" IS NULL
      )
      AND LIST_POSITION(['gmail.com', 'hotmail.com', 'outlook.com', 'yahoo.com'], "person_email_domain") IS NULL
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
