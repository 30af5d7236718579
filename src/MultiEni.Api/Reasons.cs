namespace MultiEni.Api;

/// <summary>Reasons in conditions. Each has an entry in the troubleshooting guide.</summary>
public static class Reasons
{
    /// <summary>The desired state is reached.</summary>
    public const string Ready = nameof(Ready);

    /// <summary>Reconciliation is in progress.</summary>
    public const string Progressing = nameof(Progressing);

    /// <summary>The object is being deleted.</summary>
    public const string Deleting = nameof(Deleting);

    /// <summary>The observed state matches the spec.</summary>
    public const string AsExpected = nameof(AsExpected);

    /// <summary>All references were resolved.</summary>
    public const string Resolved = nameof(Resolved);

    /// <summary>No node matches the selector.</summary>
    public const string NoMatchingNodes = nameof(NoMatchingNodes);

    /// <summary>The spec cannot be implemented.</summary>
    public const string InvalidSpec = nameof(InvalidSpec);

    /// <summary>A subnet referenced in the spec does not exist.</summary>
    public const string SubnetNotFound = nameof(SubnetNotFound);

    /// <summary>Several subnets have this name.</summary>
    public const string SubnetNameAmbiguous = nameof(SubnetNameAmbiguous);

    /// <summary>
    /// The resolved subnets are in more than one VPC, and the security groups do not exist in all
    /// of them.
    /// </summary>
    public const string SubnetsInSeveralVpcs = nameof(SubnetsInSeveralVpcs);

    /// <summary>A security group referenced in the spec does not exist in the VPC.</summary>
    public const string SecurityGroupNotFound = nameof(SecurityGroupNotFound);

    /// <summary>Several security groups in the VPC have this name.</summary>
    public const string SecurityGroupNameAmbiguous = nameof(SecurityGroupNameAmbiguous);

    /// <summary>None of the subnets is in the node's zone.</summary>
    public const string NoSubnetInZone = nameof(NoSubnetInZone);

    /// <summary>The subnet has no free address, or no free block for a prefix.</summary>
    public const string SubnetFull = nameof(SubnetFull);

    /// <summary>
    /// Every address of <c>spec.privateIPAddresses</c> that lies in the subnet is in use.
    /// </summary>
    public const string NoAddressLeft = nameof(NoAddressLeft);

    /// <summary>Another ENI or pod has the address.</summary>
    public const string AddressInUse = nameof(AddressInUse);

    /// <summary>
    /// The ENI has as many addresses as <c>podAddresses.maximum</c> or its instance type allows.
    /// </summary>
    public const string AddressLimitReached = nameof(AddressLimitReached);

    /// <summary>A pod asks for an address outside of <c>podAddresses.fixedCIDRs</c>.</summary>
    public const string AddressNotAllowed = nameof(AddressNotAllowed);

    /// <summary>
    /// A pod asks for an address that the ENI's subnet does not have, or that EC2 reserves.
    /// </summary>
    public const string AddressOutsideSubnet = nameof(AddressOutsideSubnet);

    /// <summary>A pod asks for the primary address of an ENI, which cannot be moved.</summary>
    public const string AddressIsPrimary = nameof(AddressIsPrimary);

    /// <summary>The node is not an EC2 instance (Fargate, hybrid).</summary>
    public const string NodeNotOnEc2 = nameof(NodeNotOnEc2);

    /// <summary>The cloud provider has not set the node's provider ID yet.</summary>
    public const string NodeWithoutProviderId = nameof(NodeWithoutProviderId);

    /// <summary>The instance has reached its ENI limit.</summary>
    public const string InstanceLimit = nameof(InstanceLimit);

    /// <summary>
    /// The instance type does not support a setting of the ENI, which is attached without it.
    /// </summary>
    public const string SettingNotSupported = nameof(SettingNotSupported);

    /// <summary>
    /// The ENI is attached in another way than specified, which EC2 cannot change in place.
    /// </summary>
    public const string AttachmentDiffers = nameof(AttachmentDiffers);

    /// <summary>
    /// Somebody detached an ENI that was attached at launch and adopted; it is not attached again.
    /// </summary>
    public const string AdoptedEniDetached = nameof(AdoptedEniDetached);

    /// <summary>The NodeENI has fewer Elastic IPs than ENIs.</summary>
    public const string NoElasticIpLeft = nameof(NoElasticIpLeft);

    /// <summary>The Elastic IPs of the NodeENI could not be looked up.</summary>
    public const string ElasticIpsUnavailable = nameof(ElasticIpsUnavailable);

    /// <summary>
    /// An Elastic IP is associated with something else, or the ENI with another Elastic IP.
    /// </summary>
    public const string ElasticIpInUse = nameof(ElasticIpInUse);

    /// <summary>The requested device index is in use, so another one was used.</summary>
    public const string DeviceIndexTaken = nameof(DeviceIndexTaken);

    /// <summary>The limits of the instance type are unknown.</summary>
    public const string UnknownInstanceType = nameof(UnknownInstanceType);

    /// <summary>The API server rejected a write.</summary>
    public const string KubernetesApiError = nameof(KubernetesApiError);

    /// <summary>
    /// Some ENIs still have the previous spec; they are replaced on a few nodes at a time.
    /// </summary>
    public const string RolloutInProgress = nameof(RolloutInProgress);

    /// <summary>The ENI is being created.</summary>
    public const string Creating = nameof(Creating);

    /// <summary>The ENI is being attached.</summary>
    public const string Attaching = nameof(Attaching);

    /// <summary>The ENI is attached.</summary>
    public const string Attached = nameof(Attached);

    /// <summary>The ENI is being detached.</summary>
    public const string Detaching = nameof(Detaching);

    /// <summary>The ENI manager has not released the device yet.</summary>
    public const string WaitingForRelease = nameof(WaitingForRelease);

    /// <summary>
    /// The ENI manager did not respond in time, so the ENI is detached without it.
    /// </summary>
    public const string ReleaseTimeout = nameof(ReleaseTimeout);

    /// <summary>The cleanup takes longer than the limit; the controller keeps retrying.</summary>
    public const string CleanupTimeout = nameof(CleanupTimeout);

    /// <summary>No ENI can be attached in the instance's current state.</summary>
    public const string InstanceNotRunning = nameof(InstanceNotRunning);

    /// <summary>The instance was terminated.</summary>
    public const string InstanceGone = nameof(InstanceGone);

    /// <summary>EC2 denied the call because of a missing permission.</summary>
    public const string Unauthorized = nameof(Unauthorized);

    /// <summary>
    /// AWS could not authenticate the caller: no credentials, rejected credentials or a wrong
    /// clock.
    /// </summary>
    public const string AuthenticationFailed = nameof(AuthenticationFailed);

    /// <summary>EC2 throttled the call; it is retried.</summary>
    public const string Throttled = nameof(Throttled);

    /// <summary>An account quota is reached.</summary>
    public const string QuotaExceeded = nameof(QuotaExceeded);

    /// <summary>EC2 returned an error.</summary>
    public const string Ec2Error = nameof(Ec2Error);

    /// <summary>EC2 did not answer; the outcome is checked before a retry.</summary>
    public const string Ec2Unavailable = nameof(Ec2Unavailable);

    /// <summary>The ENI is attached to another instance.</summary>
    public const string EniInUseElsewhere = nameof(EniInUseElsewhere);

    /// <summary>The device has not appeared on the node yet.</summary>
    public const string WaitingForDevice = nameof(WaitingForDevice);

    /// <summary>The link is up with the desired MTU.</summary>
    public const string DeviceConfigured = nameof(DeviceConfigured);

    /// <summary>More than one device could be the ENI.</summary>
    public const string DeviceAmbiguous = nameof(DeviceAmbiguous);

    /// <summary>No device has the given PCI address.</summary>
    public const string PciDeviceNotFound = nameof(PciDeviceNotFound);

    /// <summary>The device at the given PCI address is not the ENI.</summary>
    public const string PciAddressMismatch = nameof(PciAddressMismatch);

    /// <summary>The device must not be bound to a DPDK driver.</summary>
    public const string UnsupportedDevice = nameof(UnsupportedDevice);

    /// <summary>The device is the node's primary interface.</summary>
    public const string PrimaryInterface = nameof(PrimaryInterface);

    /// <summary>The device is in use.</summary>
    public const string DeviceInUse = nameof(DeviceInUse);

    /// <summary>It is unknown whether the device is in use, so it is treated as in use.</summary>
    public const string DeviceUsageUnknown = nameof(DeviceUsageUnknown);

    /// <summary>Another program bound the device to a different user-space driver.</summary>
    public const string ForeignBinding = nameof(ForeignBinding);

    /// <summary>The driver's kernel module is not loaded.</summary>
    public const string DriverModuleUnavailable = nameof(DriverModuleUnavailable);

    /// <summary>There is no IOMMU, and the policy does not allow binding without one.</summary>
    public const string IommuUnavailable = nameof(IommuUnavailable);

    /// <summary>There is no IOMMU, and the kernel does not support no-IOMMU mode.</summary>
    public const string NoIommuUnsupportedByKernel = nameof(NoIommuUnsupportedByKernel);

    /// <summary>Other devices in the IOMMU group are bound to kernel drivers.</summary>
    public const string IommuGroupNotViable = nameof(IommuGroupNotViable);

    /// <summary>The ENI manager has no permission to write to the host's sysfs.</summary>
    public const string InsufficientPermissions = nameof(InsufficientPermissions);

    /// <summary>DPDK is disabled on the node.</summary>
    public const string DpdkDisabled = nameof(DpdkDisabled);

    /// <summary>
    /// The device is bound while a claim asks for it, and the node has no DRA driver to claim it from.
    /// </summary>
    public const string ClaimsNotServed = nameof(ClaimsNotServed);

    /// <summary>The binding script does not exist.</summary>
    public const string BindingScriptNotFound = nameof(BindingScriptNotFound);

    /// <summary>The binding script cannot be executed.</summary>
    public const string BindingScriptNotExecutable = nameof(BindingScriptNotExecutable);

    /// <summary>The binding script failed or had no effect.</summary>
    public const string BindingScriptFailed = nameof(BindingScriptFailed);

    /// <summary>The binding script timed out.</summary>
    public const string BindingScriptTimeout = nameof(BindingScriptTimeout);

    /// <summary>The device is bound to the driver, but its device node has not appeared.</summary>
    public const string DeviceNodeMissing = nameof(DeviceNodeMissing);

    /// <summary>
    /// The ENI manager cannot write its journal, so it does not start the operation.
    /// </summary>
    public const string JournalUnwritable = nameof(JournalUnwritable);

    /// <summary>The ENI manager failed to observe or to reconcile the device.</summary>
    public const string ReconcileFailed = nameof(ReconcileFailed);

    /// <summary>The driver rejected the device; it was rolled back to its kernel driver.</summary>
    public const string BindFailed = nameof(BindFailed);

    /// <summary>The device has no driver, and restoring the kernel driver failed.</summary>
    public const string Driverless = nameof(Driverless);

    /// <summary>Unbinding the driver timed out.</summary>
    public const string UnbindTimeout = nameof(UnbindTimeout);

    /// <summary>
    /// The device is being unbound from its driver, which waits for a process that has it open.
    /// </summary>
    public const string RemovalBlocked = nameof(RemovalBlocked);

    /// <summary>The device disappeared from the node.</summary>
    public const string DeviceRemoved = nameof(DeviceRemoved);

    /// <summary>The link could not be brought up, or the MTU could not be set.</summary>
    public const string LinkFailed = nameof(LinkFailed);

    /// <summary>
    /// Another program configures the link that the ENI manager is to configure for users of the
    /// host's network.
    /// </summary>
    public const string LinkConfiguredElsewhere = nameof(LinkConfiguredElsewhere);

    /// <summary>Another device of the node is being changed.</summary>
    public const string ConcurrentOperation = nameof(ConcurrentOperation);

    /// <summary>The device is being bound.</summary>
    public const string Binding = nameof(Binding);

    /// <summary>The device is bound to the driver.</summary>
    public const string Bound = nameof(Bound);

    /// <summary>The NodeENI does not request it.</summary>
    public const string NotRequested = nameof(NotRequested);

    /// <summary>The device is being advertised to pods.</summary>
    public const string Publishing = nameof(Publishing);

    /// <summary>Pods can request the device.</summary>
    public const string Advertised = nameof(Advertised);

    /// <summary>The device is no longer advertised to pods.</summary>
    public const string Withdrawn = nameof(Withdrawn);

    /// <summary>The device plugin's file cannot be parsed and was not changed.</summary>
    public const string DevicePluginFileInvalid = nameof(DevicePluginFileInvalid);

    /// <summary>The device plugin's file cannot be read or written.</summary>
    public const string DevicePluginFileUnwritable = nameof(DevicePluginFileUnwritable);

    /// <summary>Another program keeps reverting changes to the device plugin's file.</summary>
    public const string DevicePluginFileContested = nameof(DevicePluginFileContested);

    /// <summary>No device plugin runs on the node that reads the file.</summary>
    public const string DevicePluginNotFound = nameof(DevicePluginNotFound);

    /// <summary>
    /// The device plugin on the node does not mount the host directory, so it reads a different
    /// file.
    /// </summary>
    public const string DevicePluginFileNotMounted = nameof(DevicePluginFileNotMounted);

    /// <summary>The embedded device plugin cannot register its devices with the kubelet.</summary>
    public const string KubeletUnavailable = nameof(KubeletUnavailable);

    /// <summary>
    /// A foreign entry in the device plugin's file selects the device, so pods would get it under
    /// another resource.
    /// </summary>
    public const string DeviceSelectedByOtherEntry = nameof(DeviceSelectedByOtherEntry);

    /// <summary>
    /// The node does not report a resource, and a name in the device plugin's file has a hyphen, on
    /// which old plugin releases exit.
    /// </summary>
    public const string ResourceNameHyphen = nameof(ResourceNameHyphen);

    /// <summary>A foreign entry in the device plugin's file has the same resource name.</summary>
    public const string ResourceNameConflict = nameof(ResourceNameConflict);

    /// <summary>The node does not report the resource yet.</summary>
    public const string AllocatableMismatch = nameof(AllocatableMismatch);

    /// <summary>The device was released.</summary>
    public const string Released = nameof(Released);

    /// <summary>The device is being released.</summary>
    public const string Releasing = nameof(Releasing);
}
