-- One row per month of payment and store that owns the copy (a payment for a rental not known: the Unknown store).
WITH store AS (
    {{ latest(source('final_sakila', 'dim_store'), 'store_id') }}
),

paid AS (
    SELECT
        cast(date_trunc('month', payment_date) AS date) AS month_start_date,
        store_id,
        count(*) AS payments,
        sum(amount) AS revenue
    FROM {{ ref('payments') }}
    GROUP BY cast(date_trunc('month', payment_date) AS date), store_id
)

SELECT
    paid.month_start_date,
    paid.store_id,
    store.city AS store,
    paid.payments,
    cast(paid.revenue AS {{ var('money') }}) AS revenue
FROM paid
INNER JOIN store
    ON paid.store_id = store.store_id
