const facts = `COUNT(*) entries, SUM(certificate_purchased) purchased,
  SUM(entered_at <= NOW() - INTERVAL 30 DAY) settled,
  SUM(entered_at <= NOW() - INTERVAL 30 DAY AND certificate_purchased_at BETWEEN entered_at AND entered_at + INTERVAL 30 DAY)
    settled_purchased,
  SUM(entered_at > NOW() - INTERVAL 30 DAY AND certificate_purchased = 0) open`;

const quartiles = [0.25, 0.5, 0.75]
  .map(
    (
      share,
    ) => `PERCENTILE_DISC(${share}) WITHIN GROUP (ORDER BY TIMESTAMPDIFF(SECOND, entered_at, certificate_purchased_at))
  OVER (PARTITION BY funnel_type)`,
  )
  .join(', ');

/** The figures of the default report as somebody would ask for them at the server's own prompt; `where` bounds them. */
export function bareStatements(where: string): string {
  const purchases = where.replaceAll('entered_at', 'paid_at');
  return [
    `SELECT funnel_type, ${facts} FROM funnel_entries WHERE ${where} GROUP BY funnel_type`,
    `SELECT funnel_type, COUNT(*) FROM (SELECT DISTINCT email, funnel_type FROM funnel_entries WHERE ${where}) people
       GROUP BY funnel_type`,
    `SELECT COUNT(DISTINCT email) FROM funnel_entries WHERE ${where}`,
    `SELECT DISTINCT funnel_type, ${quartiles} FROM funnel_entries WHERE ${where} AND certificate_purchased = 1`,
    `SELECT entered, COUNT(*), COUNT(DISTINCT email) FROM (SELECT p.email, EXISTS (SELECT 1 FROM funnel_entries e
         WHERE e.email = p.email AND e.funnel_type = p.funnel_type) AS entered
       FROM funnel_purchases p WHERE ${purchases} AND NOT EXISTS (SELECT 1 FROM funnel_entries e
         WHERE e.email = p.email AND e.funnel_type = p.funnel_type AND e.entered_at <= p.paid_at)) uncredited
       GROUP BY entered`,
  ].join(';\n');
}
