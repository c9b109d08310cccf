-- Refuses the clients of a list. script.file = /etc/proximux/blocklist.lua
local blocked = {
    ["127.0.0.66"] = true,
    ["192.0.2.7"] = true,
}
local prefixes = { "198.51.100.", "2001:db8:" }

function connected(client)
    if blocked[client.address] then
        return false, "on the block list"
    end
    for _, prefix in ipairs(prefixes) do
        if client.address:sub(1, #prefix) == prefix then
            return false, "on the block list (" .. prefix .. ")"
        end
    end
end
