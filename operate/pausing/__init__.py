"""No idle cost, and back: what was changed is remembered in the account, so that anybody can resume."""
