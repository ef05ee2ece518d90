-- The guarantee of the analytics guide, 1.1: nobody is twice in the same funnel for the same test.
CREATE UNIQUE INDEX funnel_entries_unique ON funnel_entries (email, funnel_type, test_id);
