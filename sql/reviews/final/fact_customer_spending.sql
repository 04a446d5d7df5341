-- One row per customer and day of purchase: what was bought less what was given back.
SELECT
    purchase.dt,
    coalesce(purchase.customer_id, 0) AS customer_id,
    year(purchase.dt) * 10000 + month(purchase.dt) * 100 + day(purchase.dt) AS date_key,
    sum(purchase.quantity * purchase.unit_price) AS amount_spent,
    count(*) AS line_count
FROM stage_reviews.user_purchase AS purchase
GROUP BY purchase.dt, coalesce(purchase.customer_id, 0)
