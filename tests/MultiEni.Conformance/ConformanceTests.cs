namespace MultiEni.Conformance;

/// <summary>
/// The simulated API server answers as a real one did, or says that it does not support what was
/// asked.
/// </summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Topics => [.. Corpus.Topics];

    [Theory]
    [MemberData(nameof(Topics))]
    public async Task Recorded_answers_are_the_same(string topic)
    {
        var results = await Replayer.ReplayAsync(Corpus.Cases(topic), TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper!.WriteLine($"{topic}: {Replayed.Count(results)}");
        Assert.NotEmpty(results);
        var different = results.Where(static result => result.Differences.Count > 0).ToList();
        Assert.True(
            different.Count == 0,
            string.Join('\n', different.Select(static result => $"{result.Case}:\n{string.Join('\n', result.Differences)}"))
        );
    }
}
