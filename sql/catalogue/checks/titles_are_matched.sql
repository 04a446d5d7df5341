-- One row per refined star: how many horror titles only one source has, by the reason that unmatched_titles gives.
SELECT string_agg(concat(cast(found.how_many AS VARCHAR), ' of ', found.source, ': ', found.reason), '; ') AS fault
FROM (
    SELECT
        source,
        reason,
        count(*) AS how_many
    FROM refined_catalogue.unmatched_titles
    GROUP BY source, reason
    ORDER BY source, reason
) AS found
