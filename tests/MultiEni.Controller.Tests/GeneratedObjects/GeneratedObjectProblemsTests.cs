using MultiEni.Controller.GeneratedObjects;

namespace MultiEni.Controller.Tests.GeneratedObjects;

public sealed class GeneratedObjectProblemsTests
{
    [Fact]
    public void A_NodeENI_is_told_its_own_problems_until_they_are_over_and_the_same_ones_are_no_news()
    {
        var problems = new GeneratedObjectProblems();
        var changes = new List<string>();
        using var subscription = problems.Changes.Subscribe(changes.Add);

        problems.Replace("nodeslicepools", [new("blue", "why")]);
        problems.Replace("nodeslicepools", [new("blue", "why")]);
        Assert.Equal("why", Assert.Single(problems.Of("blue")).Message);
        Assert.Empty(problems.Of("green"));
        Assert.Single(changes);

        problems.Replace("nodeslicepools", []);
        Assert.Empty(problems.Of("blue"));
        Assert.Equal(2, changes.Count);
    }
}
