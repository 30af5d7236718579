namespace MultiEni.Simulator.Kubernetes;

/// <summary>
/// What an API server and its etcd can do at once: each request costs processor time, and requests
/// wait for one another when there is not enough of it.
/// </summary>
/// <param name="Cores">Processors that the server has to itself; may be a fraction.</param>
public sealed record ServerCapacity(double Cores)
{
    // Milliseconds of processor time of kube-apiserver 1.36.3 and etcd 3.5.16 together, for objects
    // of the size of an ENIAttachment (docs/reference/kubernetes-api.md#cost-of-a-request).
    private const double Read = 2.1;
    private const double Create = 4.2;
    private const double CreateByApply = 5.2;
    private const double Change = 9.0;
    private const double Delete = 6.0;
    private const double BuiltInWrite = 2.0;

    /// <summary>
    /// Processor time of reading a request, of authorization and of finding the object: what every
    /// request costs.
    /// </summary>
    public static TimeSpan CostOfReading { get; } = TimeSpan.FromMilliseconds(Read);

    /// <summary>
    /// Two cores that a client shares: what was measured, and what <c>./bench controller</c>
    /// predicts with.
    /// </summary>
    public static ServerCapacity TwoSharedCores { get; } = new(1.6);

    /// <summary>
    /// Processor time of a request that is taken. A refused one costs no more than a read; a watch
    /// costs nothing until something changes, and that is part of the change.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="isCustom">
    /// Whether it is about a custom resource, whose writes are validated against a schema.
    /// </param>
    public static TimeSpan CostOf(RequestInfo request, bool isCustom)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TimeSpan.FromMilliseconds(
            request.Verb switch
            {
                "watch" => 0,
                "get" or "list" => Read,
                "create" when isCustom => Create,
                "delete" or "deletecollection" => Delete,
                // An apply to a name that does not exist yet creates it, and its parts are applied
                // to existing objects through subresources.
                "patch" when isCustom && request is { Subresource: "", ContentType: "application/apply-patch+yaml" } => CreateByApply,
                "update" or "patch" when isCustom => Change,
                _ when request.IsWrite => BuiltInWrite,
                _ => Read,
            }
        );
    }
}
