-- One row per film category and day of the week, zeros included: rentals.
WITH weekday AS (
    SELECT DISTINCT
        day_of_week,
        day_name
    FROM {{ source('final_sakila', 'dim_date') }}
),

counted AS (
    SELECT
        rental.category,
        calendar.day_of_week,
        count(*) AS rentals
    FROM {{ ref('rentals') }} AS rental
    INNER JOIN {{ source('final_sakila', 'dim_date') }} AS calendar
        ON rental.rental_date = calendar.date
    GROUP BY rental.category, calendar.day_of_week
)

SELECT
    category.category,
    cast(weekday.day_of_week AS integer) AS day_of_week,
    weekday.day_name,
    coalesce(counted.rentals, 0) AS rentals
FROM {{ ref('categories') }} AS category
CROSS JOIN weekday
LEFT JOIN counted
    ON category.category = counted.category AND weekday.day_of_week = counted.day_of_week
