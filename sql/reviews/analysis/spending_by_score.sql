-- One row per score of customers who wrote reviews (how many of theirs are positive): customers, and what they spent.
-- Plot: bar review_score mean_amount_spent
SELECT
    review_score,
    COUNT(*) AS customers,
    SUM(review_count) AS reviews,
    SUM(amount_spent) AS amount_spent,
    ROUND(AVG(amount_spent), 2) AS mean_amount_spent
FROM customer_movie_analytics
WHERE review_count > 0
GROUP BY review_score
ORDER BY review_score
