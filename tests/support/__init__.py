"""What tests share: datasets, servers, commands, the recount. Nothing here is a test."""
