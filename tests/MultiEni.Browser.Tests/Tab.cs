using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Browser.Tests;

/// <summary>A tab of the browser, as a user sees and handles it.</summary>
internal sealed class Tab
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly DevTools _devTools;
    private readonly string _session;
    private readonly CancellationToken _cancellationToken;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Tab(DevTools devTools, string session, CancellationToken cancellationToken)
    {
        _devTools = devTools;
        _session = session;
        _cancellationToken = cancellationToken;
        devTools.Happened += Listen;
    }

    /// <summary>Errors that the page or the browser reported, such as a breach of the content security policy.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public static async Task<Tab> OpenAsync(DevTools devTools, CancellationToken cancellationToken)
    {
        var target = await devTools.SendAsync(null, "Target.createTarget", new JsonObject { ["url"] = "about:blank" }, cancellationToken);
        var attached = await devTools.SendAsync(
            null,
            "Target.attachToTarget",
            new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true },
            cancellationToken
        );
        var tab = new Tab(devTools, attached["sessionId"]!.GetValue<string>(), cancellationToken);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Accessibility" })
        {
            await tab.SendAsync($"{domain}.enable");
        }

        await tab.ResizeAsync(1440, 900);
        return tab;
    }

    public Task ResizeAsync(int width, int height) =>
        SendAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject
            {
                ["width"] = width,
                ["height"] = height,
                ["deviceScaleFactor"] = 1,
                ["mobile"] = false,
            }
        );

    /// <summary>Prefers light or dark colours, and no animations.</summary>
    public Task PreferAsync(string colours) =>
        SendAsync(
            "Emulation.setEmulatedMedia",
            new JsonObject
            {
                ["features"] = new JsonArray(
                    new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = colours },
                    new JsonObject { ["name"] = "prefers-reduced-motion", ["value"] = "reduce" }
                ),
            }
        );

    public async Task GoAsync(Uri address)
    {
        var gone = await SendAsync("Page.navigate", new JsonObject { ["url"] = address.AbsoluteUri });
        Assert.Null(gone["errorText"]?.GetValue<string>());
    }

    /// <summary>The value of a JavaScript expression, awaited.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var result = await SendAsync(
            "Runtime.evaluate",
            new JsonObject
            {
                ["expression"] = expression,
                ["returnByValue"] = true,
                ["awaitPromise"] = true,
                ["userGesture"] = true,
            }
        );
        return result["exceptionDetails"] is { } failed
            ? throw new InvalidOperationException($"{expression}: {failed.ToJsonString()}")
            : result["result"]?["value"]?.DeepClone();
    }

    /// <summary>The text that is seen of an element.</summary>
    public async Task<string> TextAsync(string selector) =>
        (await EvaluateAsync($"document.querySelector({Quote(selector)})?.innerText ?? ''"))!.GetValue<string>();

    /// <summary>Waits until an expression is true.</summary>
    public async Task UntilAsync(string expression)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (!await IsTrueAsync(expression))
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(begin) < Patience,
                $"timed out waiting until {expression}; the page complains: {string.Join("; ", _complaints)}; it shows: {await BodyAsync()}"
            );
            await Task.Delay(Look, TimeProvider.System, _cancellationToken);
        }
    }

    /// <summary>Waits until a text is seen in an element, however its lines break.</summary>
    public Task UntilSeenAsync(string selector, string text) =>
        UntilAsync($"(document.querySelector({Quote(selector)})?.innerText ?? '').replace(/\\s+/g, ' ').includes({Quote(text)})");

    /// <summary>Clicks the middle of an element with the mouse.</summary>
    public async Task ClickAsync(string selector)
    {
        var place = (
            await EvaluateAsync(
                $"(e => {{ e.scrollIntoView({{block: 'nearest'}}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})(document.querySelector({Quote(selector)}))"
            )
        )!.AsArray();
        foreach (var type in new[] { "mousePressed", "mouseReleased" })
        {
            await SendAsync(
                "Input.dispatchMouseEvent",
                new JsonObject
                {
                    ["type"] = type,
                    ["x"] = place[0]!.DeepClone(),
                    ["y"] = place[1]!.DeepClone(),
                    ["button"] = "left",
                    ["clickCount"] = 1,
                }
            );
        }
    }

    /// <summary>Presses a key, such as <c>Tab</c>, <c>Enter</c> or <c>ArrowRight</c>.</summary>
    public async Task PressAsync(string key)
    {
        var code = key switch
        {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "not a key that the tests press"),
        };
        foreach (var type in new[] { "keyDown", "keyUp" })
        {
            var press = new JsonObject
            {
                ["type"] = type,
                ["key"] = key,
                ["code"] = key,
                ["windowsVirtualKeyCode"] = code,
            };
            if (key == "Enter" && type == "keyDown")
            {
                press["text"] = "\r";
            }

            await SendAsync("Input.dispatchKeyEvent", press);
        }
    }

    /// <summary>Types a text into what has the focus.</summary>
    public Task TypeAsync(string text) => SendAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <summary>Roles and names of everything that a screen reader is told of.</summary>
    public async Task<IReadOnlyList<(string Role, string Name)>> AccessibleAsync()
    {
        var tree = await SendAsync("Accessibility.getFullAXTree");
        return
        [
            .. tree["nodes"]!
                .AsArray()
                .Where(node => node!["ignored"]?.GetValue<bool>() != true)
                .Select(node => (node!["role"]?["value"]?.GetValue<string>() ?? "", node["name"]?["value"]?.GetValue<string>() ?? "")),
        ];
    }

    /// <summary>A picture of what is seen, as PNG.</summary>
    public async Task<byte[]> PictureAsync() =>
        Convert.FromBase64String((await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" }))["data"]!.GetValue<string>());

    /// <summary>The printed pages, as PDF.</summary>
    public async Task<byte[]> PrintAsync() =>
        Convert.FromBase64String((await SendAsync("Page.printToPDF", new JsonObject { ["printBackground"] = true }))["data"]!.GetValue<string>());

    public Task<JsonNode> SendAsync(string method, JsonObject? parameters = null) =>
        _devTools.SendAsync(_session, method, parameters ?? [], _cancellationToken);

    /// <summary>A text as a JavaScript literal.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private async Task<bool> IsTrueAsync(string expression)
    {
        try
        {
            return (await EvaluateAsync($"Boolean({expression})"))?.GetValue<bool>() == true;
        }
        catch (InvalidOperationException)
        {
            // Between two pages there is no context to evaluate in.
            return false;
        }
    }

    private async Task<string> BodyAsync() => (await EvaluateAsync("document.body?.innerText ?? ''"))?.GetValue<string>() ?? "";

    private void Listen(string? session, string method, JsonNode parameters)
    {
        if (session != _session)
        {
            return;
        }

        var complaint = method switch
        {
            "Runtime.exceptionThrown" => parameters["exceptionDetails"]?.ToJsonString(),
            "Log.entryAdded" when parameters["entry"]?["level"]?.GetValue<string>() == "error" => parameters["entry"]!["text"]?.GetValue<string>(),
            _ => null,
        };
        if (complaint is not null)
        {
            _complaints.Enqueue(complaint);
        }
    }
}
