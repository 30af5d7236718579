namespace MultiEni.Controller.Tests;

/// <summary>
/// The Go controller's weaknesses that concern the controller have tests that would fail on its
/// behaviour; the trait names the weakness, so that <c>--filter-trait weakness=W9</c> runs those of
/// one.
/// </summary>
public sealed class WeaknessCoverageTests
{
    [Theory]
    [InlineData("W5", "a second EC2 client that detached every healthy ENI")]
    [InlineData("W6", "metadata options of unrelated instances changed")]
    [InlineData("W9", "ENIs created in zones where they cannot be attached")]
    [InlineData("W10", "deleteOnTermination ignored")]
    [InlineData("W12", "device indexes counted wrongly, no limit")]
    [InlineData("W14", "a circuit breaker that nobody called and that could not close")]
    [InlineData("W17", "failures without a word")]
    [InlineData("W18", "changes of the specification never carried out")]
    [InlineData("W19", "every detachment by force")]
    [InlineData("W26", "names looked up without a VPC, the first hit taken")]
    [InlineData("W27", "crashes on short IDs and absent values")]
    [InlineData("W28", "any provider ID taken for an instance")]
    [InlineData("W29", "no secondary addresses, source/destination check left on")]
    public void Each_weakness_has_a_test(string weakness, string what)
    {
        var tests = Directory.GetFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories);

        Assert.True(
            tests.Any(file => File.ReadAllText(file).Contains($"[Trait(\"weakness\", \"{weakness}\")]", StringComparison.Ordinal)),
            $"no test has the trait weakness={weakness}: {what}"
        );
    }
}
