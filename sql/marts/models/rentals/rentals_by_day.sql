-- One row per day on which anything happened, store and category: rentals, returns, late ones, revenue, zeros included.
-- A return is of the rental's store and category; where the lake lacks the rental, of those that its copy had that day.
WITH returned_alone AS (
    SELECT
        fact_return.rental_id,
        fact_return.dt,
        fact_return.store_id,
        fact_return.rental_days,
        film.film_id,
        film.category,
        film.rental_duration,
        row_number() OVER (PARTITION BY fact_return.rental_id ORDER BY fact_return.dt DESC) AS newest_first
    FROM {{ source('final_sakila', 'fact_return') }} AS fact_return
    INNER JOIN {{ source('final_sakila', 'dim_film') }} AS film
        ON fact_return.dt = film.dt AND fact_return.film_id = film.film_id
    LEFT JOIN {{ ref('rentals') }} AS rental
        ON fact_return.rental_id = rental.rental_id
    WHERE rental.rental_id IS NULL
),

happened AS (
    SELECT
        rental_date AS date,
        store_id,
        category,
        1 AS rentals,
        0 AS returns,
        0 AS late_returns,
        0 AS revenue
    FROM {{ ref('rentals') }}
    UNION ALL
    SELECT
        return_date,
        store_id,
        category,
        0,
        1,
        CASE WHEN is_late THEN 1 ELSE 0 END,
        0
    FROM {{ ref('rentals') }}
    WHERE return_date IS NOT NULL
    UNION ALL
    SELECT
        dt,
        store_id,
        category,
        0,
        1,
        CASE WHEN film_id <> 0 AND rental_days > rental_duration THEN 1 ELSE 0 END,
        0
    FROM returned_alone
    WHERE newest_first = 1
    UNION ALL
    SELECT
        payment_date,
        store_id,
        category,
        0,
        0,
        0,
        amount
    FROM {{ ref('payments') }}
),

days AS (
    SELECT DISTINCT date
    FROM happened
),

shelves AS (
    SELECT DISTINCT
        store_id,
        category
    FROM happened
),

-- Every store and category on each of the days, so that means over days add up whatever a dashboard filters.
grid AS (
    SELECT
        days.date,
        shelves.store_id,
        shelves.category
    FROM days
    CROSS JOIN shelves
),

counted AS (
    SELECT
        grid.date,
        grid.store_id,
        grid.category,
        coalesce(sum(happened.rentals), 0) AS rentals,
        coalesce(sum(happened.returns), 0) AS returns,
        coalesce(sum(happened.late_returns), 0) AS late_returns,
        coalesce(sum(happened.revenue), 0) AS revenue
    FROM grid
    LEFT JOIN happened
        ON
            grid.date = happened.date
            AND grid.store_id = happened.store_id
            AND grid.category = happened.category
    GROUP BY grid.date, grid.store_id, grid.category
),

-- A day that the lake has, also one on which nothing happened: a snapshot of the stores is made each day.
lake_days AS (
    SELECT dt AS date
    FROM {{ source('final_sakila', 'dim_store') }}
    UNION
    SELECT rental_date
    FROM {{ ref('rentals') }}
),

-- Of the seven days that end on a day, how many the lake has: a gap is no day without rentals.
weeks AS (
    SELECT
        days.date,
        count(lake_days.date) AS days_there
    FROM days
    LEFT JOIN lake_days
        ON lake_days.date BETWEEN days.date - INTERVAL '6' DAY AND days.date
    GROUP BY days.date
),

store AS (
    {{ latest(source('final_sakila', 'dim_store'), 'store_id') }}
)

SELECT
    counted.date,
    cast(calendar.day_of_week AS integer) AS day_of_week,
    calendar.day_name,
    calendar.is_weekend,
    calendar.is_holiday,
    calendar.holiday_name,
    counted.store_id,
    store.city AS store,
    counted.category,
    cast(counted.rentals AS bigint) AS rentals,
    cast(counted.returns AS bigint) AS returns,
    cast(counted.late_returns AS bigint) AS late_returns,
    cast(counted.revenue AS {{ var('money') }}) AS revenue,
    cast(
        sum(counted.rentals) OVER (
            PARTITION BY counted.store_id, counted.category
            ORDER BY counted.date
            RANGE BETWEEN INTERVAL '6' DAY PRECEDING AND CURRENT ROW
        ) AS double
    ) / nullif(weeks.days_there, 0) AS rentals_7_day_mean
FROM counted
INNER JOIN weeks
    ON counted.date = weeks.date
INNER JOIN {{ source('final_sakila', 'dim_date') }} AS calendar
    ON counted.date = calendar.date
INNER JOIN store
    ON counted.store_id = store.store_id
