-- One row per title, artist and role of the newest movies.csv and series.csv.
-- Of a title that is in both files the lines of one of them count: see titles.sql.
WITH counted AS (
    SELECT
        title_id,
        title_type,
        row_number() OVER (PARTITION BY title_id ORDER BY count(*) DESC, title_type ASC) AS place
    FROM raw_catalogue.csv_rows
    WHERE reason = ''
    GROUP BY title_id, title_type
),

part AS (
    SELECT
        csv_rows.title_id,
        CASE
            WHEN csv_rows.birth_year IS NULL THEN csv_rows.artist_name
            ELSE concat(csv_rows.artist_name, ' (', cast(csv_rows.birth_year AS VARCHAR), ')')
        END AS artist_id,
        lower(coalesce(csv_rows.role, 'unknown')) AS role,
        csv_rows.artist_name,
        csv_rows.birth_year,
        csv_rows.death_year,
        csv_rows.character,
        csv_rows.professions,
        csv_rows.known_for
    FROM raw_catalogue.csv_rows AS csv_rows
    INNER JOIN counted
        ON csv_rows.title_id = counted.title_id AND csv_rows.title_type = counted.title_type
    WHERE counted.place = 1 AND csv_rows.reason = '' AND csv_rows.artist_name IS NOT NULL
)

SELECT
    part.title_id,
    part.artist_id,
    part.role,
    min(part.artist_name) AS artist_name,
    min(part.birth_year) AS birth_year,
    min(part.death_year) AS death_year,
    nullif(
        array_to_string(list_sort(array_agg(DISTINCT part.character) FILTER (WHERE part.character IS NOT NULL)), ', '),
        ''
    ) AS characters,
    min(part.professions) AS professions,
    min(part.known_for) AS known_for
FROM part
GROUP BY part.title_id, part.artist_id, part.role
