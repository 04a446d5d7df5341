-- One row per version of a member: a run of equal timely captures in day order, the first one valid since ever.
-- Of a member without timely captures, the one that was taken first.
WITH timely AS (
    SELECT *
    FROM evidence
    WHERE is_timely
),

late AS (
    SELECT *
    FROM evidence
    WHERE member NOT IN (SELECT timely.member FROM timely)
    QUALIFY row_number() OVER (PARTITION BY member ORDER BY captured_at, dt) = 1
),

marked AS (
    SELECT
        *,
        (attributes IS NOT DISTINCT FROM lag(attributes) OVER (PARTITION BY member ORDER BY dt)) AS goes_on
    FROM timely
),

starts AS (
    SELECT * EXCLUDE (goes_on)
    FROM marked
    WHERE NOT goes_on
    UNION ALL
    SELECT *
    FROM late
),

bounded AS (
    SELECT
        *,
        CASE
            WHEN row_number() OVER (PARTITION BY member ORDER BY dt) = 1 THEN DATE '1900-01-01'
            ELSE dt
        END AS valid_from,
        coalesce(lead(dt) OVER (PARTITION BY member ORDER BY dt), DATE '9999-12-31') AS valid_to
    FROM starts
)

SELECT
    -- The member's id, then the version's first day: the same on every rebuild.
    member * 100000000::BIGINT
    + year(valid_from) * 10000 + month(valid_from) * 100 + day(valid_from) AS version,
    member,
    attributes,
    valid_from,
    valid_to,
    valid_to = DATE '9999-12-31' AS is_current,
    NOT is_timely AS is_backfilled,
    captured_at
FROM bounded
