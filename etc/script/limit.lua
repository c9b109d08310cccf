-- Two limits for each address: connections at the same time, and requests in a minute; who asks for more may not connect
-- again before the minute is over.
local CONNECTIONS, REQUESTS = 10, 6000

local open, asked, minute = {}, {}, 0

function connected(client)
    local count = open[client.address] or 0
    if count >= CONNECTIONS then
        return false, "more than " .. CONNECTIONS .. " connections"
    end
    if minute == time() // 60 and (asked[client.address] or 0) > REQUESTS then
        return false, "more than " .. REQUESTS .. " requests in a minute"
    end
    open[client.address] = count + 1
end

function request(client)
    if minute ~= time() // 60 then
        minute, asked = time() // 60, {}
    end
    asked[client.address] = (asked[client.address] or 0) + 1
end

function disconnected(client)
    local count = (open[client.address] or 0) - 1 -- clients from before a reload are not counted
    open[client.address] = count > 0 and count or nil
end
