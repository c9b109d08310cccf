-- Writes each request that was answered, with its time, to a file of its own: script.output = /var/log/proximux/queries.log
function response(client, request, response)
    local outcome = response.failed and "failed" or string.format("%.3f ms", response.queueMs + response.ms)
    write(string.format("%.3f client %d %s: %s", time(), client.id, outcome, request.text))
end
