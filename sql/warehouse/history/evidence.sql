-- One row per capture that counts where all captures are newer than what is stored: they, and one for each version.
SELECT
    dt,
    member,
    attributes,
    captured_at,
    is_timely,
    known
FROM captures
UNION ALL
SELECT
    valid_from AS dt,
    member,
    attributes,
    captured_at,
    NOT is_backfilled AS is_timely,
    known
FROM stored
