"""Who: people, accounts, who belongs to which, what a script may do, and what was done."""

from apps.accounts.models.account import Account, Member, Role
from apps.accounts.models.audit import AuditEvent
from apps.accounts.models.token import ApiToken, Scope
from apps.accounts.models.user import User

__all__ = ["Account", "ApiToken", "AuditEvent", "Member", "Role", "Scope", "User"]
