-- One row per day: whether each line of user_purchase counts once in fact_customer_spending.
WITH purchases AS (
    SELECT
        purchase.dt,
        count(*) AS line_count,
        sum(purchase.quantity * purchase.unit_price) AS amount_spent
    FROM stage_reviews.user_purchase AS purchase
    GROUP BY purchase.dt
),

spending AS (
    SELECT
        fact.dt,
        sum(fact.line_count) AS line_count,
        sum(fact.amount_spent) AS amount_spent
    FROM final_reviews.fact_customer_spending AS fact
    GROUP BY fact.dt
)

SELECT
    coalesce(purchases.dt, spending.dt) AS dt,
    concat(
        'it has ',
        cast(coalesce(spending.line_count, 0) AS VARCHAR),
        ' lines of ',
        cast(coalesce(spending.amount_spent, 0) AS VARCHAR),
        ' in all, where user_purchase has ',
        cast(coalesce(purchases.line_count, 0) AS VARCHAR),
        ' of ',
        cast(coalesce(purchases.amount_spent, 0) AS VARCHAR)
    ) AS fault
FROM purchases
FULL OUTER JOIN spending
    ON purchases.dt = spending.dt
WHERE
    coalesce(purchases.line_count, 0) <> coalesce(spending.line_count, 0)
    OR coalesce(purchases.amount_spent, 0) <> coalesce(spending.amount_spent, 0)
