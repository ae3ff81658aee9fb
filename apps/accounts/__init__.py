"""Who: users, accounts, members and roles, API tokens, quotas, and the audit trail."""
