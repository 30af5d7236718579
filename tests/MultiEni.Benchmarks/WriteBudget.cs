namespace MultiEni.Benchmarks;

/// <summary>The requests that a phase may cost; see docs/scaling.md. Pure.</summary>
internal static class WriteBudget
{
    // However many ENIs: one event for each reason, counted up every ten seconds.
    private const int Events = 50;

    /// <summary>What is above the budget when ENIs are attached.</summary>
    public static IEnumerable<string> ExceededUp(RequestLedger ledger, int enis, TimeSpan took) =>
        Exceeded(ledger, took, [("patch eniattachments", enis), ("patch eniattachments/status", enis + ledger.Late), ("delete eniattachments", 0)]);

    /// <summary>The same when they are taken away.</summary>
    public static IEnumerable<string> ExceededDown(RequestLedger ledger, int enis, TimeSpan took) =>
        Exceeded(ledger, took, [("patch eniattachments", enis), ("patch eniattachments/status", ledger.Late), ("delete eniattachments", enis)]);

    private static IEnumerable<string> Exceeded(RequestLedger ledger, TimeSpan took, IEnumerable<(string Request, int Most)> ofEnis)
    {
        foreach (var ((verb, resource, code), count) in ledger.Counts.Where(entry => entry.Key.Code >= 400))
        {
            yield return $"{count} {verb} {resource} were answered {code}; none may be refused";
        }

        // Once a second, the first and the last at once; its finalizer comes and goes.
        (string Request, int Most)[] ofAll =
        [
            ("patch nodeenis/status", (int)took.TotalSeconds + 5),
            ("patch nodeenis", 2),
            ("get nodeenis", 0),
            ("get eniattachments", 0),
        ];
        foreach (var (request, most) in ofEnis.Concat(ofAll))
        {
            var count = Count(ledger, request);
            if (count > most)
            {
                yield return $"{count} {request}; at most {most}";
            }
        }

        var events = Count(ledger, "create events") + Count(ledger, "patch events");
        if (events > Events)
        {
            yield return $"{events} requests for events; at most {Events}";
        }
    }

    private static int Count(RequestLedger ledger, string request) =>
        ledger.Counts.Where(entry => $"{entry.Key.Verb} {entry.Key.Resource}" == request).Sum(entry => entry.Value);
}
