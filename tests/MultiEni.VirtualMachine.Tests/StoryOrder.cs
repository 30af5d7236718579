using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(MultiEni.VirtualMachine.Tests.StoryOrder))]
[assembly: TestMethodOrderer(typeof(MultiEni.VirtualMachine.Tests.StoryOrder))]
[assembly: TestCaseOrderer(typeof(MultiEni.VirtualMachine.Tests.StoryOrder))]

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// By name. The runner's own order depends on the folder that the assembly is in, so that what a
/// story leaves to the next one would show in one checkout and not in another.
/// </summary>
public sealed class StoryOrder : ITestCollectionOrderer, ITestMethodOrderer, ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(found => found.TestCollectionDisplayName, StringComparer.Ordinal)];

    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : notnull, ITestMethod => [.. testMethods.OrderBy(found => found?.MethodName, StringComparer.Ordinal)];

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => [.. testCases.OrderBy(found => found.TestCaseDisplayName, StringComparer.Ordinal)];
}
