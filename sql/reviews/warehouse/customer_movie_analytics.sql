-- One row per customer who wrote a review or bought something: how many reviews, how many are positive, what was spent.
WITH reviewed AS (
    SELECT
        customer_id,
        SUM(review_score) AS review_score,
        SUM(review_count) AS review_count
    FROM fact_movie_analytics
    GROUP BY customer_id
),

-- Summed up before it meets the reviews: beside each of them, a purchase would count as often as there are reviews.
spent AS (
    SELECT
        customer_id,
        SUM(amount_spent) AS amount_spent
    FROM fact_customer_spending
    GROUP BY customer_id
)

SELECT
    COALESCE(reviewed.customer_id, spent.customer_id) AS customer_id,
    COALESCE(reviewed.review_score, 0) AS review_score,
    COALESCE(reviewed.review_count, 0) AS review_count,
    COALESCE(spent.amount_spent, 0) AS amount_spent
FROM reviewed
FULL OUTER JOIN spent
    ON reviewed.customer_id = spent.customer_id
