namespace MultiEni.GuestChecks;

/// <summary>Runs checks one after the other, a line for each, and counts them.</summary>
internal sealed class Checks
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private int _passed;
    private int _failed;

    /// <summary>A check passes when it returns nothing to complain about within its time.</summary>
    public async Task CheckAsync(string title, Func<CancellationToken, Task<string?>> check)
    {
        using var deadline = new CancellationTokenSource(Limit);
        string? complaint;
        try
        {
            complaint = await check(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            complaint = $"not within {Limit.TotalSeconds} s";
        }
        catch (Exception exception)
        {
            complaint = exception.ToString();
        }

        if (complaint is null)
        {
            _passed++;
            Console.WriteLine($"ok     {title}");
        }
        else
        {
            _failed++;
            Console.WriteLine($"FAILED {title}: {complaint}");
        }
    }

    /// <summary>Passes when both are equal.</summary>
    public Task EqualAsync<T>(string title, T expected, Func<CancellationToken, ValueTask<T>> actual) =>
        CheckAsync(
            title,
            async cancellationToken =>
            {
                var value = await actual(cancellationToken);
                return EqualityComparer<T>.Default.Equals(expected, value) ? null : $"expected {expected}, was {value}";
            }
        );

    /// <summary>Prints the closing line.</summary>
    /// <returns>The exit status: 0 when there were checks and all passed.</returns>
    public int Close()
    {
        Console.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }
}
