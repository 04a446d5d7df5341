-- One row per film category: films, films that were rented, rentals, late returns and what was paid.
WITH film AS (
    {{ latest(source('final_sakila', 'dim_film'), 'film_id') }}
),

catalogue AS (
    SELECT
        category,
        count(*) AS films
    FROM film
    WHERE film_id <> 0
    GROUP BY category
),

rented AS (
    SELECT
        category,
        count(DISTINCT film_id) AS films_rented,
        count(*) AS rentals,
        count(CASE WHEN is_late THEN 1 END) AS late_returns,
        sum(amount) AS paid
    FROM {{ ref('rentals') }}
    GROUP BY category
),

-- A category that was renamed is in one of the two only.
joined AS (
    SELECT
        coalesce(catalogue.category, rented.category) AS category,
        coalesce(catalogue.films, 0) AS films,
        coalesce(rented.films_rented, 0) AS films_rented,
        coalesce(rented.rentals, 0) AS rentals,
        coalesce(rented.late_returns, 0) AS late_returns,
        coalesce(rented.paid, 0) AS paid
    FROM catalogue
    FULL OUTER JOIN rented
        ON catalogue.category = rented.category
)

SELECT
    category,
    row_number() OVER (ORDER BY rentals DESC, category) AS place,
    films,
    films_rented,
    rentals,
    late_returns,
    cast(paid AS {{ var('money') }}) AS paid
FROM joined
